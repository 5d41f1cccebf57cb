/**
 * A read that shares: a caller who comes while one is under way takes part in the next one, which begins after it. So what it gets is as
 * fresh as by a read of its own, and a thousand callers at once cost two reads.
 */
export class SharedRead<T> {
  readonly #load: (deadline: number) => Promise<T>;
  #running: Promise<unknown> = Promise.resolve();
  #next: { deadline: number; result: Promise<T> } | undefined;

  constructor(load: (deadline: number) => Promise<T>) {
    this.#load = load;
  }

  /**
   * @param onLate makes the error of a caller whose own time is over, though others wait on
   * @param isBackground keeps no process alive
   */
  async read(deadline: number, onLate: () => Error, isBackground = false): Promise<T> {
    this.#next ??= this.#begin();
    this.#next.deadline = Math.max(this.#next.deadline, deadline);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(onLate()),
        Math.max(0, Math.min(deadline - performance.now(), 2 ** 31 - 1)),
      );
      if (isBackground) timer.unref();
    });
    try {
      return await Promise.race([this.#next.result, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #begin(): { deadline: number; result: Promise<T> } {
    const result = this.#after(this.#running);
    this.#running = result.catch(() => {});
    return { deadline: 0, result };
  }

  async #after(running: Promise<unknown>): Promise<T> {
    await running;
    const deadline = this.#next?.deadline ?? 0;
    this.#next = undefined;
    return this.#load(deadline);
  }
}

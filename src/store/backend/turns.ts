/** A timer of the runtime fires at once if it is given more. */
const timerMsMax = 2 ** 31 - 1;

/** Calls that take turns. One whose time is over before its turn comes is not made any more. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** @param onLate makes the error of a call that was not made */
  async take<T>(deadline: number, act: () => Promise<T>, onLate: () => Error): Promise<T | undefined> {
    let hasBegun = false;
    let hasLeft = false;
    const turn = this.#last.then(() => {
      hasBegun = true;
      return hasLeft ? undefined : act();
    });
    this.#last = turn.catch(() => {});
    // The one before may have more time.
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const leftMs = Math.min(Math.max(0, deadline - performance.now()), timerMsMax);
      timer = setTimeout(() => {
        if (hasBegun) return;
        hasLeft = true;
        reject(onLate());
      }, leftMs);
    });
    try {
      return await Promise.race([turn, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Resolves when all turns that were asked for are over. */
  async idle(): Promise<void> {
    await this.#last;
  }
}

/** Counts the calls that have begun, so that `close` can wait for them. */
export class InFlight {
  #count = 0;
  #onIdle: (() => void)[] = [];

  async run<T>(call: () => Promise<T>): Promise<T> {
    this.#count++;
    try {
      return await call();
    } finally {
      if (--this.#count === 0) for (const resolve of this.#onIdle.splice(0)) resolve();
    }
  }

  /** Resolves when no call is under way. */
  async idle(): Promise<void> {
    if (this.#count > 0) await new Promise<void>((resolve) => this.#onIdle.push(resolve));
  }
}

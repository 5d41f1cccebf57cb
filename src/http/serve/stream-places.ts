/** Each stream is a connection, and a process may often open no more than 1,024 files: half of them is left for all else. */
export const streamsMax = { ofToken: 64, inAll: 512 } as const;

/** How many streams are open, so that one token can't take the connections of all. */
export class StreamPlaces {
  readonly #byToken = new Map<string, number>();
  #inAll = 0;

  /** @returns a function to call once the stream has ended; undefined where there is no place */
  reserve(id: string): (() => void) | undefined {
    const taken = this.#byToken.get(id) ?? 0;
    if (taken >= streamsMax.ofToken || this.#inAll >= streamsMax.inAll) return undefined;
    this.#byToken.set(id, taken + 1);
    this.#inAll++;
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      this.#inAll--;
      const left = (this.#byToken.get(id) ?? 1) - 1;
      if (left > 0) this.#byToken.set(id, left);
      else this.#byToken.delete(id);
    };
  }
}

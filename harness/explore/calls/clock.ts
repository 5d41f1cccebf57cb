/** The wall clock at the beginning of virtual time, in milliseconds: 2026-01-01. */
export const epochMs = 1_767_225_600_000;
/** So many looks in a row are a loop that waits by looking: from then on time passes by it. */
const looksMax = 1000;
const spinNs = 1000;

/**
 * The virtual time of one process. It stands still while processes work, and moves when they sleep: all that happens between two
 * moves happens within one tick of a file system's clock, as it may in life.
 */
export class Clock {
  private nowNs = 0;
  private looks = 0;
  private skewMs = 0;

  /**
   * Never back: its process may have been ahead of the scheduler, by looking at the clock.
   * @param skewMs see `restart`
   */
  setNow(ns: number, skewMs = this.skewMs): void {
    this.skewMs = skewMs;
    this.nowNs = Math.max(this.nowNs, ns);
    this.looks = 0;
  }

  /** @param skewMs how far its wall clock is ahead of that of the file system */
  restart(ns: number, skewMs = 0): void {
    this.nowNs = ns;
    this.skewMs = skewMs;
    this.looks = 0;
  }

  /** Since it was last set. */
  get hasLooked(): boolean {
    return this.looks > 0;
  }

  /** For the executor itself: not counted as a look. */
  peek(): number {
    return this.nowNs;
  }

  read(): number {
    if (++this.looks > looksMax) this.nowNs += spinNs;
    return this.nowNs;
  }

  wallMs(): number {
    return epochMs + this.skewMs + Math.floor(this.read() / 1e6);
  }
}

/** Converts nanoseconds since the beginning of virtual time to wall-clock nanoseconds. */
export function toWallNs(ns: number): bigint {
  return BigInt(epochMs) * 1_000_000n + BigInt(Math.round(ns));
}

/** Converts wall-clock milliseconds to nanoseconds since the beginning of virtual time. */
export function fromWallMs(ms: number): number {
  return Math.round((ms - epochMs) * 1e6);
}

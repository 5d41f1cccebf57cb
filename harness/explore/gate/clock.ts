/**
 * Virtual time. It stands still while processes work, and moves when they sleep: all that happens between two moves
 * happens within one tick of a file system's clock, as it may in life.
 */

/** The wall clock at the beginning of virtual time, in milliseconds: 2026-01-01. */
export const epochMs = 1_767_225_600_000;
/** So many looks in a row are a loop that waits by looking: from then on time passes by it. */
const looksMax = 1000;
const spinNs = 1000;

let nowNs = 0;
let looks = 0;

/** Never back: our own spinning may have been ahead of the scheduler. */
export function setNow(ns: number): void {
  nowNs = Math.max(nowNs, ns);
  looks = 0;
}

/** Since it was last set. */
export function hasLooked(): boolean {
  return looks > 0;
}

export function restartClock(ns: number): void {
  nowNs = ns;
  looks = 0;
}

/** For the gate itself: not counted as a look. */
export function peek(): number {
  return nowNs;
}

export function look(): number {
  if (++looks > looksMax) nowNs += spinNs;
  return nowNs;
}

export function wallMs(): number {
  return epochMs + Math.floor(look() / 1e6);
}

/** Converts nanoseconds since the beginning of virtual time to wall-clock nanoseconds. */
export function toWallNs(ns: number): bigint {
  return BigInt(epochMs) * 1_000_000n + BigInt(Math.round(ns));
}

/** Converts wall-clock milliseconds to nanoseconds since the beginning of virtual time. */
export function fromWallMs(ms: number): number {
  return Math.round((ms - epochMs) * 1e6);
}

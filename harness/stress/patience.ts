import { setTimeout as sleep } from 'node:timers/promises';
import type { HistorySize } from './plan/budget.js';
import type { Stage } from './stage.js';

/** How often the tally is looked at. */
export const progressMs = 100;
/** What does not come nearer will not come: a store that hangs, say. */
const stallMsMax = 3000;
const sweepingWrites = 10;

/** How long a run waits. */
export interface Patience {
  /** How long the clients work and their history is judged, in milliseconds. */
  workMs: number;
  /** What judging such a history is expected to take. */
  judgingMs: (history: HistorySize) => number;
  /** What all that is waited for on top may take. */
  extraMs: number;
  /** How long the target took to open when it was alone: others may take as long. */
  openMs: number;
  /** How long what goes wrong may take before the next does. */
  faultMs: number;
  signal: AbortSignal;
}

/**
 * Waits until the clients have worked for long enough, and all that the scenario asks for has happened, or does not come nearer.
 * @param endFaults called when enough has gone wrong: on a busy machine, clients are killed sooner than others start
 * @returns how long it has waited on top, in milliseconds
 */
export async function untilEnough(
  { recorder: { tally }, atLeast }: Stage,
  { workMs, judgingMs, extraMs, openMs, faultMs, signal }: Patience,
  endFaults: () => void,
): Promise<number> {
  const rest = { ref: false };
  const begun = performance.now();
  const leftMs = () => workMs - (performance.now() - begun) - judgingMs(tally);
  for (let left = leftMs(); left > 0 && !signal.aborted; left = leftMs()) {
    await sleep(Math.min(left, progressMs), undefined, rest);
  }
  const enoughAt = performance.now();
  const lateAt = enoughAt + extraMs;
  let last = { missing: Number.POSITIVE_INFINITY, at: 0 };
  while (!signal.aborted && performance.now() < lateAt) {
    const missing = tally.missing(atLeast);
    if (missing < last.missing) last = { missing, at: performance.now() };
    if (missing === 0 || performance.now() - last.at > stallMsMax + 3 * openMs + faultMs) break;
    if (tally.missingFaults(atLeast) === 0) endFaults();
    await sleep(progressMs, undefined, rest);
  }
  return performance.now() - enoughAt;
}

/** Waits for some more writes: what a plant has kept a writer from removing, the next one sweeps. */
export async function someWrites({ recorder: { tally } }: Stage, signal: AbortSignal): Promise<void> {
  const enough = tally.counts.acknowledged + sweepingWrites;
  const until = performance.now() + stallMsMax;
  while (tally.counts.acknowledged < enough && performance.now() < until && !signal.aborted) {
    await sleep(progressMs, undefined, { ref: false });
  }
}

import type { Latency } from '../core/report.js';
import { Floats } from '../history/column.js';
import type { Action } from '../history/events.js';
import type { Run } from '../history/run.js';

/** How long each successful call of the store took, in nanoseconds, by kind. */
export function durationsOf({ operations }: Run): Map<Action, Floats> {
  const durations = new Map<Action, Floats>();
  for (const { action, outcome, foreign, begin, end } of operations) {
    if (outcome !== 'ok' || foreign) continue;
    let known = durations.get(action);
    if (known === undefined) {
      known = new Floats();
      durations.set(action, known);
    }
    known.push(end - begin);
  }
  return durations;
}

/** How long the successful calls of each kind took. Kinds without any are absent. */
export function measureLatency(run: Run): Partial<Record<Action, Latency>> {
  return Object.fromEntries(
    [...durationsOf(run)].map(([action, times]) => {
      times.sort();
      return [
        action,
        { p50: percentile(times, 50), p99: percentile(times, 99), max: percentile(times, 100) },
      ];
    }),
  );
}

/** From the first call to the last return of one that succeeded, in milliseconds. */
export function measureElapsed({ operations }: Run): number {
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  for (const { outcome, foreign, begin, end } of operations) {
    if (outcome !== 'ok' || foreign) continue;
    first = Math.min(first, begin);
    last = Math.max(last, end);
  }
  return first < last ? Math.round((last - first) / 1e6) : 0;
}

/** By nearest rank: a duration that did occur, at or above that share of all. */
function percentile(sorted: Floats, percent: number): number {
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length));
  return Math.round(sorted.get(rank - 1) / 1e3) / 1e3;
}

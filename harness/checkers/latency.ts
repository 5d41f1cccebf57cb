import type { Latency } from '../core/report.js';
import type { Action } from '../history/events.js';
import type { Run } from '../history/run.js';

/** How long each successful call of the store took, in nanoseconds, by kind. */
export function durationsOf({ operations }: Run): Map<Action, number[]> {
  const durations = new Map<Action, number[]>();
  for (const { action, outcome, foreign, begin, end } of operations) {
    if (outcome !== 'ok' || foreign) continue;
    const known = durations.get(action);
    if (known) known.push(end - begin);
    else durations.set(action, [end - begin]);
  }
  return durations;
}

/** How long the successful calls of each kind took. Kinds without any are absent. */
export function measureLatency(run: Run): Partial<Record<Action, Latency>> {
  return Object.fromEntries(
    [...durationsOf(run)].map(([action, times]) => {
      times.sort((a, b) => a - b);
      return [
        action,
        { p50: percentile(times, 50), p99: percentile(times, 99), max: percentile(times, 100) },
      ];
    }),
  );
}

/** From the first call to the last return of one that succeeded, in milliseconds. */
export function measureElapsed({ operations }: Run): number {
  const ended = operations.filter(({ outcome, foreign }) => outcome === 'ok' && !foreign);
  const first = ended[0]?.begin ?? 0;
  const last = ended.reduce((latest, { end }) => Math.max(latest, end), first);
  return Math.round((last - first) / 1e6);
}

/** By nearest rank: a duration that did occur, at or above that share of all. */
function percentile(sorted: readonly number[], percent: number): number {
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length));
  return Math.round((sorted[rank - 1] ?? 0) / 1e3) / 1e3;
}

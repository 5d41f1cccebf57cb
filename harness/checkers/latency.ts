import type { Latency } from '../core/report.js';
import { Floats } from '../history/column.js';
import type { Action } from '../history/events.js';
import type { Run } from '../history/run.js';

/** How long the successful calls of each kind took. Kinds without any are absent. */
export function measureLatency({ operations }: Run): Partial<Record<Action, Latency>> {
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
  return Object.fromEntries(
    [...durations].map(([action, times]) => {
      times.sort();
      return [
        action,
        { p50: percentile(times, 50), p99: percentile(times, 99), max: percentile(times, 100) },
      ];
    }),
  );
}

/** By nearest rank: a duration that did occur, at or above that share of all. */
function percentile(sorted: Floats, percent: number): number {
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length));
  return Math.round(sorted.get(rank - 1) / 1e3) / 1e3;
}

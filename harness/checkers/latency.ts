import type { Latency } from '../core/report.js';
import type { Action } from '../history/events.js';
import type { Run } from '../history/run.js';

/** How long the successful calls of each kind took. Kinds without any are absent. */
export function measureLatency({ operations }: Run): Partial<Record<Action, Latency>> {
  const durations = new Map<Action, number[]>();
  for (const { action, outcome, foreign, begin, end } of operations) {
    if (outcome !== 'ok' || foreign) continue;
    const known = durations.get(action);
    if (known) known.push(end - begin);
    else durations.set(action, [end - begin]);
  }
  return Object.fromEntries(
    [...durations].map(([action, times]) => {
      times.sort((a, b) => a - b);
      return [
        action,
        { p50: percentile(times, 50), p99: percentile(times, 99), max: percentile(times, 100) },
      ];
    }),
  );
}

/** By nearest rank: a duration that did occur, at or above that share of all. */
function percentile(sorted: readonly number[], percent: number): number {
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length));
  return Math.round((sorted[rank - 1] ?? 0) / 1e3) / 1e3;
}

import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { durationsOf } from '../checkers/latency.js';
import type { Counts, JudgedRun, Latency, Total } from '../core/report.js';
import { worstOf } from '../core/verdict.js';
import type { Action } from '../history/events.js';
import type { Run } from '../history/run.js';

/** Three figures, from a nanosecond to more than an hour. */
const precision = { lowest: 1, highest: 4e12, figures: 3 };

interface Row extends Omit<Total, 'result' | 'latencyMs'> {
  results: JudgedRun['result'][];
  histograms: Map<Action, RecordableHistogram>;
}

/**
 * What all runs of one scenario on one target come to: counts are added, the worst verdict counts, and percentiles are those of all
 * their calls. The percentiles of several runs say nothing of that, whatever is done to them.
 */
export class Totals {
  readonly #rows = new Map<string, Row>();

  /** @param run what was judged */
  add({ scenario, target, runtime, result, counts }: JudgedRun, run: Run): void {
    const key = JSON.stringify([scenario, target, runtime]);
    const known = this.#rows.get(key);
    const row: Row = known ?? {
      scenario,
      target,
      runtime,
      runs: 0,
      results: [],
      counts,
      histograms: new Map(),
    };
    this.#rows.set(key, row);
    row.runs++;
    row.results.push(result);
    if (known) row.counts = sum(known.counts, counts);
    for (const [action, durations] of durationsOf(run)) {
      const histogram = row.histograms.get(action) ?? createHistogram(precision);
      row.histograms.set(action, histogram);
      for (let n = 0; n < durations.length; n++) histogram.record(Math.max(1, Math.round(durations.get(n))));
    }
  }

  /** The rows of which there is more than one run; none where nothing was repeated. */
  rows(): Total[] {
    return [...this.#rows.values()]
      .filter(({ runs }) => runs > 1)
      .map(({ results, histograms, ...row }) => ({
        ...row,
        result: worstOf(results),
        latencyMs: Object.fromEntries([...histograms].map(([action, one]) => [action, latencyOf(one)])),
      }));
  }
}

function sum(a: Counts, b: Counts): Counts {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])] as (keyof Counts)[];
  return Object.fromEntries(
    names.map((name) => [name, (a[name] ?? 0) + (b[name] ?? 0)]),
  ) as unknown as Counts;
}

function latencyOf(histogram: RecordableHistogram): Latency {
  const milliseconds = (nanoseconds: number) => Math.round(nanoseconds / 1e3) / 1e3;
  // By nearest rank, as those of one run: a histogram rounds to the rank below.
  const atShare = (share: number) => {
    const rank = Math.max(1, Math.ceil(share * histogram.count));
    return milliseconds(histogram.percentile(Math.min(100, (rank / histogram.count) * 100)));
  };
  return { p50: atShare(0.5), p99: atShare(0.99), max: milliseconds(histogram.max) };
}

/** As a report has them: nothing where there are none. */
export function totalsIn(totals: Totals): { totals?: Total[] } {
  const rows = totals.rows();
  return rows.length === 0 ? {} : { totals: rows };
}

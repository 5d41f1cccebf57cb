import type { Counts } from '../core/report.js';

/** What was done to the clients and the file of a run. A report of an older version has no misreads. */
export function faultsOf(counts: Counts): string {
  const { kills, pauses, corruptions, plants, staleRewrites, misreads = 0 } = counts;
  const parts = [
    [kills, 'killed'],
    [pauses, 'paused'],
    [corruptions, 'corrupted'],
    [plants, 'planted'],
    [staleRewrites, 'stale rewrites'],
    [misreads, 'misreads'],
  ] as const;
  return parts
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(', ');
}

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
    ...membersStruck(counts),
  ] as const;
  return parts
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(', ');
}

/** What was done to the members of a cluster, in words. Older reports know nothing of them. */
export function membersStruck(counts: Counts): [number, string][] {
  const { memberKills = 0, memberStops = 0, memberCuts = 0 } = counts;
  const { memberIsolations = 0, memberWipes = 0, majorityKills = 0 } = counts;
  return [
    [memberKills, 'members killed'],
    [memberStops, 'members stopped'],
    [memberCuts, 'members cut off'],
    [memberIsolations, 'members isolated'],
    [memberWipes, 'members wiped'],
    [majorityKills, 'majorities killed'],
  ];
}

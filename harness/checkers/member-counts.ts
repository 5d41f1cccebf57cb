import type { Counts } from '../core/report.js';
import type { FaultEvent } from '../history/events.js';
import type { MemberFault } from '../history/member-faults.js';
import { isMemberFault } from '../history/member-faults.js';
import type { Run } from '../history/run.js';
import { isMutation } from './lost-update/registers.js';

/** What each fault of members counts as. */
export const memberCounts = {
  'member-kill': 'memberKills',
  'member-stop': 'memberStops',
  'member-cut': 'memberCuts',
  'member-isolate': 'memberIsolations',
  'member-wipe': 'memberWipes',
  'majority-kill': 'majorityKills',
} as const satisfies Record<MemberFault, keyof Counts>;

export type MemberCount = (typeof memberCounts)[MemberFault];

/** From the begin of a fault to its end, in nanoseconds. */
interface Struck {
  kind: MemberFault;
  from: number;
  to: number;
  acknowledged: number;
}

/** Did what was done to a cluster mean anything? Without elections, or with all answers by one member, it may have missed the store. */
export function countMembers(
  run: Run,
): Pick<Counts, MemberCount | 'elections' | 'membersAnswering' | 'acknowledgedUnderFaults'> {
  const counts = Object.fromEntries(Object.values(memberCounts).map((name) => [name, 0])) as Record<
    MemberCount,
    number
  >;
  const faults = run.faults.filter(({ fault }) => isMemberFault(fault)).toSorted((a, b) => a.time - b.time);
  for (const { fault, phase } of faults)
    if (phase === 'begin' && isMemberFault(fault)) counts[memberCounts[fault]]++;
  const terms = new Set<number>();
  const answering = new Set<string>();
  for (const { cluster } of faults) {
    if (cluster?.term !== undefined && cluster.leader !== undefined) terms.add(cluster.term);
    for (const member of cluster?.answered ?? []) answering.add(member);
  }
  return {
    ...counts,
    elections: Math.max(0, terms.size - 1),
    membersAnswering: answering.size,
    acknowledgedUnderFaults: fewestUnder(strokesOf(faults), run),
  };
}

/** One after another: no two are at the same time. */
function strokesOf(faults: readonly FaultEvent[]): Struck[] {
  const strokes: Struck[] = [];
  for (const { fault, phase, time } of faults) {
    if (!isMemberFault(fault)) continue;
    const last = strokes.at(-1);
    if (phase === 'begin') strokes.push({ kind: fault, from: time, to: time, acknowledged: 0 });
    else if (last?.kind === fault) last.to = time;
  }
  return strokes;
}

function fewestUnder(strokes: readonly Struck[], { operations }: Run): number {
  const some = strokes.filter(({ kind }) => kind !== 'majority-kill');
  if (some.length === 0) return 0;
  for (const operation of operations) {
    if (operation.outcome !== 'ok' || !isMutation(operation)) continue;
    const stroke = strokeAt(some, operation.end);
    if (stroke) stroke.acknowledged++;
  }
  const byKind = new Map<MemberFault, number>();
  for (const { kind, acknowledged } of some) byKind.set(kind, (byKind.get(kind) ?? 0) + acknowledged);
  return Math.min(...byKind.values());
}

/** By halves: there may be hundreds of them, and millions of operations. */
function strokeAt(strokes: readonly Struck[], time: number): Struck | undefined {
  let [low, high] = [0, strokes.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const one = strokes[middle] as Struck;
    if (time < one.from) high = middle - 1;
    else if (time > one.to) low = middle + 1;
    else return one;
  }
  return undefined;
}

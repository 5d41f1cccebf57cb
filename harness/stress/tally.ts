import { isMutation } from '../checkers/lost-update/registers.js';
import { type MemberCount, memberCounts } from '../checkers/member-counts.js';
import type { Counts } from '../core/report.js';
import type { Action, HistoryEvent } from '../history/events.js';

/** Those of the report's counts that no checker has to find: what was done, not what went wrong with it. */
export type Happenings = Pick<
  Counts,
  | 'acknowledged'
  | 'reads'
  | 'kills'
  | 'pauses'
  | 'corruptions'
  | 'plants'
  | MemberCount
  | 'staleRewrites'
  | 'misreads'
  | 'foreignWrites'
  | 'refreshes'
  | 'versions'
>;

const countOfFault = {
  kill: 'kills',
  pause: 'pauses',
  corrupt: 'corruptions',
  plant: 'plants',
  ...memberCounts,
  'stale-rewrite': 'staleRewrites',
  misread: 'misreads',
} as const;

/** Counts what happens in a run while it happens, by the rules of the report. */
export class Tally {
  readonly counts: Happenings = {
    acknowledged: 0,
    reads: 0,
    foreignWrites: 0,
    refreshes: 0,
    versions: 0,
    kills: 0,
    pauses: 0,
    corruptions: 0,
    plants: 0,
    memberKills: 0,
    memberStops: 0,
    memberCuts: 0,
    memberIsolations: 0,
    memberWipes: 0,
    majorityKills: 0,
    staleRewrites: 0,
    misreads: 0,
  };
  /** All events, which a judge has to look at. */
  events = 0;
  /** Contents that a foreign reader could not read: on a store that shows some, there will be much to tell. */
  broken = 0;
  private readonly foreigners = new Set<number>();
  private readonly underWay = new Map<string, { action: Action; isForeign: boolean; process: number }>();

  get faults(): number {
    return Object.values(countOfFault).reduce((sum, name) => sum + this.counts[name], 0);
  }

  /** How much is missing of what a run must show to prove anything, all counts together. */
  missing(atLeast: Readonly<Record<string, number>>): number {
    return this.missingOf(atLeast, Object.keys(this.counts) as (keyof Happenings)[]);
  }

  /** The same, of what has to go wrong only. */
  missingFaults(atLeast: Readonly<Record<string, number>>): number {
    return this.missingOf(atLeast, Object.values(countOfFault));
  }

  private missingOf(atLeast: Readonly<Record<string, number>>, names: readonly (keyof Happenings)[]): number {
    return names.reduce((sum, name) => sum + Math.max(0, (atLeast[name] ?? 0) - this.counts[name]), 0);
  }

  /** The operation that a process is at, as far as it has said so. */
  underWayIn(process: number): string | undefined {
    for (const [op, call] of this.underWay) if (call.process === process) return op;
    return undefined;
  }

  /** It will never return. */
  endOf(op: string): void {
    this.underWay.delete(op);
  }

  add(event: HistoryEvent): void {
    const { counts } = this;
    this.events++;
    if (event.type === 'start' && event.access === 'foreign') this.foreigners.add(event.process);
    if (event.type === 'fault' && event.phase === 'begin' && event.fault !== 'power-loss')
      counts[countOfFault[event.fault]]++;
    if (event.type === 'file') {
      if (event.broken === null) counts.versions++;
      else this.broken++;
    }
    if (event.type === 'token' && event.granted) counts.refreshes++;
    if (event.type === 'invoke')
      this.underWay.set(event.op, {
        action: event.action,
        isForeign: this.foreigners.has(event.process),
        process: event.process,
      });
    if (event.type !== 'ok' && event.type !== 'fail' && event.type !== 'unknown') return;
    const operation = this.underWay.get(event.op);
    this.underWay.delete(event.op);
    if (!operation || event.type !== 'ok') return;
    const { action, isForeign } = operation;
    if (isForeign) counts.foreignWrites++;
    else if (isMutation({ action, outcome: 'ok', result: event.result, id: event.op })) counts.acknowledged++;
    else counts.reads += event.times ?? 1;
  }
}

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lacksEtcd } from '../../src/etcd/cluster.test.helper.js';
import { long } from '../../src/tiers.test.helper.js';
import { eventually } from '../../src/waiting.test.helper.js';
import { countMembers } from '../checkers/member-counts.js';
import type { Cluster } from '../core/cluster.js';
import type { FaultEvent } from '../history/events.js';
import { memberFaults } from '../history/member-faults.js';
import type { Run } from '../history/run.js';
import { startEtcd } from '../targets/cluster/etcd-members.js';
import { Random } from '../workload/random.js';
import type { FaultContext } from './context.js';
import { type OfMembers, OneAtATime, strikeMembers } from './members.js';

/** Strikes until so many faults are over. @returns what was recorded */
async function struck(cluster: Cluster, kinds: readonly OfMembers['kind'][]): Promise<FaultEvent[]> {
  const events: FaultEvent[] = [];
  const calm = new AbortController();
  const members = new OneAtATime(cluster);
  const over = (kind: string) => events.some(({ fault, phase }) => fault === kind && phase === 'end');
  const context = {
    cluster: members,
    record: (event: Omit<FaultEvent, 'type' | 'time'>) => {
      events.push({ type: 'fault', time: events.length, ...event });
      if (kinds.every(over)) calm.abort();
    },
    random: new Random(1, 'members'),
    signal: calm.signal,
  } as unknown as FaultContext;
  await Promise.all(
    kinds.map((kind) => strikeMembers({ kind, everyMs: [0, 10], forMs: [50, 100], whom: 'leader' }, context)),
  );
  return events;
}

describe.skipIf(lacksEtcd())('faults of members', () => {
  describe('of one member', () => {
    let cluster: Cluster;
    beforeAll(async () => {
      cluster = await startEtcd(1);
    });
    afterAll(() => cluster.close());

    it('take turns, are recorded with who led, and leave a member that answers', async () => {
      const events = await struck(cluster, ['member-kill', 'member-stop']);
      const begun = events.flatMap(({ phase }, n) => (phase === 'begin' ? [n] : []));
      expect(begun.every((n) => events[n + 1]?.phase === 'end')).toBe(true);
      // On a busy machine a member may answer too late to be seen as the leader.
      expect(begun.map((n) => events[n]?.cluster?.leader)).toContain('m1');
      expect(events.find(({ fault, phase }) => fault === 'member-stop' && phase === 'end')?.cluster).toEqual({
        answered: [],
      });
      await cluster.ready();
    });
  });

  describe('of three members', long, () => {
    let cluster: Cluster;
    beforeAll(async () => {
      cluster = await startEtcd(3);
    });
    afterAll(() => cluster.close());

    it('are all possible here but those that the cluster says it can not do, and each is undone', async () => {
      const all = Object.keys(memberFaults) as OfMembers['kind'][];
      const kinds = all.filter((kind) => cluster.cannot[kind] === undefined);
      const events = await struck(cluster, kinds);
      expect(new Set(events.map(({ fault }) => fault))).toEqual(new Set(kinds));
      await eventually(async () => expect((await cluster.look()).leader).toBeDefined());
      const { elections } = countMembers({ faults: events, operations: [] } as unknown as Run);
      expect(elections).toBeGreaterThan(0);
    });
  });
});

it('what was acknowledged while members were struck is counted by the kind of fault, and the fewest count', () => {
  const fault = (
    kind: OfMembers['kind'],
    phase: 'begin' | 'end',
    time: number,
    term: number,
  ): FaultEvent => ({
    type: 'fault',
    fault: kind,
    phase,
    time,
    cluster: { leader: 'm1', term, answered: [`m${term}`] },
  });
  const faults = [
    fault('member-kill', 'begin', 10, 2),
    fault('member-kill', 'end', 20, 3),
    fault('majority-kill', 'begin', 30, 3),
    fault('majority-kill', 'end', 40, 3),
    fault('member-cut', 'begin', 50, 3),
    fault('member-cut', 'end', 60, 4),
  ];
  const set = (end: number) => ({ action: 'set', outcome: 'ok', end, id: `a.0.${end}` });
  const operations = [5, 12, 20, 35, 50, 70].map(set);
  expect(countMembers({ faults, operations } as unknown as Run)).toMatchObject({
    memberKills: 1,
    majorityKills: 1,
    memberCuts: 1,
    memberWipes: 0,
    elections: 2,
    membersAnswering: 3,
    acknowledgedUnderFaults: 1,
  });
});

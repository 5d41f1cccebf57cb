import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster, ClusterLook } from '../core/cluster.js';
import { defined } from '../core/defined.js';
import type { Fault } from '../core/scenario.js';
import type { MemberFault, SeenCluster } from '../history/member-faults.js';
import type { Random } from '../workload/random.js';
import { atRandomMoments } from './at-random-moments.js';
import type { FaultContext } from './context.js';

export type OfMembers = Extract<Fault, { kind: MemberFault }>;

/** Between two faults all members are there for a while. */
const calmMs = [300, 1000] as const;

/** Strikes one member after another, whichever fault of the scenario it is: two at once would leave no majority. */
export async function strikeMembers(
  { kind, everyMs, forMs, whom }: OfMembers,
  { cluster, record, random, signal }: FaultContext,
): Promise<void> {
  if (!cluster) throw new Error('no member can be struck: this target has no cluster');
  await atRandomMoments(everyMs, random, signal, () =>
    cluster.alone(async (members) => {
      if (signal.aborted) return;
      const before = await members.look();
      const struck = choose(kind, whom, members.members, before.leader, random);
      const detail = struck.map((name) => (name === before.leader ? `${name}, which led` : name)).join('; ');
      record({ fault: kind, phase: 'begin', detail, cluster: seen(before) });
      await Promise.all(struck.map((member) => members.strike(kind, member)));
      await sleep(random.int(...forMs), undefined, { signal }).catch(() => {});
      // Of what the others do without it: once it is back, the same could be its own doing.
      const during = await members.look();
      await Promise.all(struck.map((member) => members.mend(kind, member)));
      record({ fault: kind, phase: 'end', detail, cluster: seen(during) });
      await members.ready();
      await sleep(random.int(...calmMs), undefined, { signal }).catch(() => {});
    }),
  );
}

function choose(
  kind: MemberFault,
  whom: OfMembers['whom'],
  members: readonly string[],
  leader: string | undefined,
  random: Random,
): string[] {
  if (kind !== 'majority-kill') return [whom === 'leader' && leader ? leader : random.pick(members)];
  const spared = Math.ceil(members.length / 2) - 1;
  const left = [...members];
  for (let n = 0; n < spared; n++) left.splice(random.int(0, left.length - 1), 1);
  return left;
}

function seen({ leader, term, answered }: ClusterLook): SeenCluster {
  return { answered: [...answered], ...defined({ leader, term }) };
}

/** A cluster of which one fault at a time may have hold. */
export class OneAtATime {
  #last: Promise<void> = Promise.resolve();

  constructor(private readonly cluster: Cluster) {}

  /** Those that wait take turns in the order in which they came. */
  alone(act: (cluster: Cluster) => Promise<void>): Promise<void> {
    const turn = this.#last.then(() => act(this.cluster));
    this.#last = turn.catch(() => {});
    return turn;
  }
}

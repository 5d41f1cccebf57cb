import { defineScenario } from '../harness/core/scenario.js';

export default defineScenario({
  name: 'cluster-faults',
  title:
    'members of the cluster are killed, stopped, cut off, isolated and wiped, and clients are killed, too',
  why: 'A request that was passed on late undoes a newer write, and a member that was cut off answers from what it had. https://jepsen.io/analyses/etcd-3.4.3 and https://github.com/etcd-io/etcd/issues/15247.',
  clients: { tui: 4 },
  workload: { mix: { set: 4, remove: 1, get: 8, all: 1 }, ownKeys: 4, sharedKeys: 6, thinkMs: [0, 10] },
  faults: [
    { kind: 'member-kill', everyMs: [200, 800], forMs: [1000, 2500], whom: 'leader' },
    { kind: 'member-stop', everyMs: [200, 800], forMs: [2000, 3500], whom: 'leader' },
    { kind: 'member-cut', everyMs: [200, 800], forMs: [2000, 3500], whom: 'leader' },
    { kind: 'member-cut', everyMs: [200, 800], forMs: [1500, 3000], whom: 'any' },
    { kind: 'member-cut', everyMs: [200, 800], forMs: [500, 1500], whom: 'any' },
    { kind: 'member-isolate', everyMs: [200, 800], forMs: [2000, 3500], whom: 'leader' },
    { kind: 'member-wipe', everyMs: [200, 800], forMs: [500, 1500], whom: 'any' },
    { kind: 'majority-kill', everyMs: [200, 800], forMs: [500, 1500], whom: 'any' },
    { kind: 'kill', everyMs: [2000, 4000] },
  ],
  planted: [
    { target: 'etcd?receipts=off&late=20', mustFind: 'lost', workMs: 20_000 },
    { target: 'etcd?reads=local', mustFind: 'stale', workMs: 40_000 },
  ],
  atLeast: {
    acknowledged: 300,
    reads: 100,
    kills: 3,
    memberKills: 1,
    memberStops: 1,
    memberCuts: 1,
    memberIsolations: 1,
    memberWipes: 1,
    majorityKills: 1,
    elections: 3,
    membersAnswering: 2,
    acknowledgedUnderFaults: 10,
  },
  weight: 20,
  tags: ['@cluster'],
});

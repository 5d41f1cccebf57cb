import { defineScenario } from '../harness/core/scenario.js';

export default defineScenario({
  name: 'cluster-refresh',
  title: 'credentials are refreshed while members of the cluster are killed and stopped',
  why: 'A lock in an engine that may end early lets two processes present one refresh token, which logs the user out. https://jepsen.io/analyses/etcd-3.4.3 and https://github.com/etcd-io/etcd/issues/15247.',
  clients: { tui: 5 },
  oauth: { lifeMs: 300 },
  workload: { mix: { refresh: 6, set: 2, all: 1 }, thinkMs: [0, 30] },
  faults: [
    { kind: 'member-kill', everyMs: [500, 1500], forMs: [1500, 2500], whom: 'leader' },
    { kind: 'member-stop', everyMs: [500, 1500], forMs: [2000, 3000], whom: 'leader' },
  ],
  planted: [{ target: 'etcd?claims=blind', mustFind: 'refreshedTwice', workMs: 8000 }],
  atLeast: {
    acknowledged: 15,
    reads: 30,
    refreshes: 10,
    memberKills: 1,
    memberStops: 1,
    elections: 1,
    membersAnswering: 2,
    acknowledgedUnderFaults: 1,
  },
  weight: 10,
  tags: ['@cluster'],
});

import { defineScenario } from '../harness/core/scenario.js';

export default defineScenario({
  name: 'cluster-tokens',
  title: 'servers verify tokens while members of the cluster are killed, stopped and cut off',
  why: 'A server that can not hear of a deletion goes on by what it knew. https://github.com/etcd-io/etcd/issues/15247 and https://nvd.nist.gov/vuln/detail/CVE-2026-40934.',
  subject: 'tokens',
  clients: { issuer: 2, verifier: 3 },
  faults: [
    { kind: 'member-kill', everyMs: [500, 1500], forMs: [1500, 2500], whom: 'leader' },
    { kind: 'member-stop', everyMs: [500, 1500], forMs: [2500, 4000], whom: 'leader' },
    { kind: 'member-stop', everyMs: [500, 1500], forMs: [2500, 4000], whom: 'any' },
    { kind: 'member-cut', everyMs: [500, 1500], forMs: [2500, 4000], whom: 'leader' },
    { kind: 'member-isolate', everyMs: [500, 1500], forMs: [2500, 4000], whom: 'any' },
  ],
  planted: [{ target: 'etcd?deletes=early', mustFind: 'stale', workMs: 12_000 }],
  atLeast: {
    acknowledged: 30,
    reads: 200,
    memberKills: 1,
    memberStops: 1,
    memberCuts: 1,
    elections: 1,
    acknowledgedUnderFaults: 5,
  },
  weight: 10,
  tags: ['@cluster'],
});

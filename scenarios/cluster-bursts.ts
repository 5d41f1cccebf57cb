import { defineScenario } from '../harness/core/scenario.js';

export default defineScenario({
  name: 'cluster-bursts',
  title: 'each of two programs changes hundreds of entries at once',
  why: 'An engine takes a transaction of so many operations and no more, and a store that commits all that waits in one fails where much does. https://etcd.io/docs/v3.4/op-guide/configuration/ (--max-txn-ops).',
  clients: { tui: 2 },
  workload: {
    mix: { set: 8, remove: 1, get: 1 },
    ownKeys: 400,
    sharedKeys: 40,
    thinkMs: [0, 0],
    atOnce: 300,
  },
  conditions: {},
  planted: [{ target: 'etcd?batches=uncut', mustFind: 'failed', workMs: 3000 }],
  atLeast: { acknowledged: 600, reads: 60, overlaps: 100 },
  weight: 2,
  tags: ['@cluster'],
});

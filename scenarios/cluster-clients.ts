import { defineScenario } from '../harness/core/scenario.js';

export default defineScenario({
  name: 'cluster-clients',
  title: 'credentials are refreshed by processes that lose answers, stand still, and have wrong clocks',
  why: 'A process that stood still goes on with a lock that is another one’s by now, and one that heard no answer can not say whose it is. https://martin.kleppmann.com/2016/02/08/how-to-do-distributed-locking.html and https://jepsen.io/analyses/etcd-3.4.3.',
  clients: { tui: 5 },
  oauth: { lifeMs: 100 },
  workload: { mix: { refresh: 6, set: 2, all: 1 }, thinkMs: [0, 30] },
  conditions: { lost: 10, stuck: 5 },
  planted: [
    { target: 'etcd?claims=guessed&stuck=0&lost=40', mustFind: 'refreshedTwice', workMs: 10_000 },
    { target: 'etcd?leases=wall&stuck=30&lost=0', mustFind: 'refreshedTwice', workMs: 20_000 },
  ],
  atLeast: { acknowledged: 15, reads: 30, refreshes: 5 },
  weight: 4,
  tags: ['@cluster'],
});

import { defineScenario } from '../harness/core/scenario.js';

export default defineScenario({
  name: 'server-faults',
  title: 'the server that the store is on is killed and stopped, and clients are killed, too',
  why: 'A statement whose answer was lost is asked for again, and done twice. https://www.postgresql.org/docs/current/protocol-flow.html: a connection that ends says nothing about the last statement.',
  clients: { tui: 4 },
  workload: { mix: { set: 4, remove: 1, get: 6, all: 1 }, ownKeys: 4, sharedKeys: 6, thinkMs: [0, 10] },
  faults: [
    { kind: 'member-kill', everyMs: [500, 1500], forMs: [200, 800], whom: 'any' },
    { kind: 'member-stop', everyMs: [500, 1500], forMs: [1000, 3000], whom: 'any' },
    { kind: 'kill', everyMs: [1000, 3000] },
  ],
  planted: [{ target: 'postgres?receipts=off&late=10', mustFind: 'lost', workMs: 6000 }],
  atLeast: { acknowledged: 100, reads: 50, kills: 2, memberKills: 1, memberStops: 1 },
  weight: 8,
  tags: ['@cluster'],
});

import { defineScenario } from '../harness/core/scenario.js';

export default defineScenario({
  name: 'server-tokens',
  title: 'servers verify tokens while the engine that these are on is killed and stopped',
  why: 'A server that keeps what it has verified accepts a deleted token until it hears of the deletion, and a notification is lost with its connection. https://www.postgresql.org/docs/current/sql-notify.html and https://nvd.nist.gov/vuln/detail/CVE-2026-40934.',
  subject: 'tokens',
  clients: { issuer: 2, verifier: 3 },
  faults: [
    { kind: 'member-kill', everyMs: [1500, 3000], forMs: [200, 800], whom: 'any' },
    { kind: 'member-stop', everyMs: [1500, 3000], forMs: [1000, 3000], whom: 'any' },
  ],
  // Its audit finds it for certain: a process deletes a token, and verifies it right then.
  planted: [{ target: 'postgres?deletes=early&lag=200', mustFind: 'resurrected', workMs: 5000 }],
  atLeast: { acknowledged: 30, reads: 50, memberKills: 1, memberStops: 1 },
  weight: 8,
  tags: ['@cluster'],
});

import { defineScenario } from '../harness/core/scenario.js';

export default defineScenario({
  name: 'token-kill-9',
  title: 'who creates, deletes and verifies tokens is killed at random moments and comes back',
  why: 'A deletion that was acknowledged and is not durable lets the token back in; a writer that is killed in place leaves half a file, and no token is accepted. https://github.com/moxystudio/node-proper-lockfile/issues/121.',
  subject: 'tokens',
  clients: { issuer: 3, verifier: 2 },
  faults: [{ kind: 'kill', everyMs: [60, 200] }],
  atLeast: { acknowledged: 20, reads: 1000, kills: 5 },
  weight: 1.4,
});

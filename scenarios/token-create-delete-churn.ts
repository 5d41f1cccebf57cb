import { defineScenario } from '../harness/core/scenario.js';

export default defineScenario({
  name: 'token-create-delete-churn',
  title: 'many create and delete tokens at once, also those of each other',
  why: 'The token file of the agent was to be read, changed and written without a lock: what one process deletes, another writes back from its older copy, and the token lives on. https://github.com/anomalyco/opencode/pull/8213.',
  subject: 'tokens',
  clients: { issuer: 5, verifier: 1 },
  workload: { mix: { set: 1, remove: 1 }, thinkMs: [0, 1] },
  atLeast: { acknowledged: 40, reads: 1000, versions: 10 },
});

import { defineScenario } from '../harness/core/scenario.js';

export default defineScenario({
  name: 'set-delete-churn',
  title: 'few keys, set and removed again and again by all clients',
  why: 'What one process removes, another writes back from its older copy; what one has just written, another removes. https://github.com/MoonshotAI/kimi-cli/pull/1996 and https://github.com/github/copilot-cli/issues/1307.',
  clients: { tui: 3, server: 1, web: 1 },
  workload: { mix: { set: 5, remove: 4, get: 4, all: 1 }, ownKeys: 2, sharedKeys: 4 },
  atLeast: { acknowledged: 60, reads: 30, versions: 20 },
});

import { defineScenario } from '../harness/core/scenario.js';

export default defineScenario({
  name: 'rogue-writer',
  title: 'a plugin that knows no store rewrites the file from an older copy',
  why: 'A bundled plugin refreshes its token over the network and then rewrites the file from what it had read before, with no lock; a user who logged in meanwhile is logged out. https://github.com/anomalyco/opencode/issues/42387; the same in another agent: https://github.com/github/copilot-cli/issues/1307.',
  clients: { tui: 3, rogue: 1 },
  // Slow enough for the rogue's copy to be one of the last few states, fast enough for it to be an old one.
  workload: { mix: { set: 6, remove: 1, get: 4, all: 1 }, thinkMs: [10, 30] },
  atLeast: { acknowledged: 20, reads: 20, foreignWrites: 3, staleRewrites: 1 },
});

import { defineScenario } from '../harness/core/scenario.js';

export default defineScenario({
  name: 'two-terminals',
  title: 'two terminals connect providers at the same time',
  why: 'Providers vanish when two processes add them: read-modify-write of the whole file without a lock. https://github.com/anomalyco/opencode/issues/46128, also #30396, #46020 and #4013.',
  clients: { tui: 2 },
  workload: { mix: { set: 10, all: 1 }, ownKeys: 100, sharedKeys: 0, thinkMs: [0, 0] },
  atLeast: { acknowledged: 60, reads: 5, versions: 20 },
});

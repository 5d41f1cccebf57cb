import { defineScenario } from '../harness/core/scenario.js';

export default defineScenario({
  name: 'mixed-agent',
  title: 'agents as they ship and clients of the store on one file, at the same time',
  why: 'Whoever installs a better store still has the old programs running: each reads the file, takes a torn one for "no credentials", drops what it does not know, and writes the whole file in place. https://github.com/anomalyco/opencode/issues/46128 and #42387.',
  clients: { tui: 3, agent: 3 },
  // Slow enough for an agent's copy to be one of the last 32 states, on a busy machine, too.
  workload: { mix: { set: 6, remove: 2, get: 4, all: 2 }, thinkMs: [5, 20] },
  atLeast: { acknowledged: 20, reads: 20, foreignWrites: 20, staleRewrites: 1, misreads: 1 },
});

import { defineScenario } from '../harness/core/scenario.js';

export default defineScenario({
  name: 'mixed-opencode',
  title: 'two servers of the real agent and clients of the store on one file, at the same time',
  why: 'What an agent does is what its newest release does, and not what was written down of it: https://github.com/anomalyco/opencode/issues/46128. mixed-agent is the same race with its rules as they were found.',
  needs: 'opencode',
  clients: { tui: 3, opencode: 2 },
  // A server takes half a second between its read and its write on a busy machine: less than 32 commits of the store, or its copy
  // is of a state that nobody knows any more.
  workload: { mix: { set: 6, remove: 2, get: 4, all: 2 }, thinkMs: [40, 80] },
  atLeast: { acknowledged: 20, reads: 20, foreignWrites: 20 },
});

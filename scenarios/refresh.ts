import { defineScenario } from '../harness/core/scenario.js';

export default defineScenario({
  name: 'refresh',
  title: 'six terminals find the same credential expired, and its refresh token is good for one use',
  why: 'Each process refreshes for itself; the server sees a token twice, takes it for theft and revokes them all. https://github.com/openai/codex/issues/10332; seven processes, tokens wiped: https://github.com/anomalyco/opencode/issues/49439.',
  clients: { tui: 6 },
  oauth: { lifeMs: 250 },
  workload: { mix: { refresh: 8, set: 1, all: 1 }, thinkMs: [0, 20] },
  atLeast: { acknowledged: 15, reads: 50, refreshes: 4 },
});

import { defineScenario } from '../harness/core/scenario.js';

export default defineScenario({
  name: 'refresh-killed',
  title: 'the one who refreshes a credential is killed half-way',
  why: 'A refresh that dies between the network and the disk leaves a used token behind, and a process that waits for it must neither wait for ever nor log out. https://github.com/anomalyco/opencode/issues/49439; a rotated token lost on the way to the file: https://github.com/aws/aws-cli/issues/10628.',
  clients: { tui: 6 },
  oauth: { lifeMs: 150 },
  workload: { mix: { refresh: 8, set: 1, all: 1 }, thinkMs: [0, 20] },
  faults: [{ kind: 'kill-refresher', everyMs: [100, 250] }],
  atLeast: { acknowledged: 15, reads: 30, refreshes: 4, kills: 2 },
});

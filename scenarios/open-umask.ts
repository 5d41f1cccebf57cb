import { defineScenario } from '../harness/core/scenario.js';

export default defineScenario({
  name: 'open-umask',
  title: 'nothing but the store itself keeps its files private, and writers are killed half-way',
  why: 'A file is born with the mode that the umask gives, 0644, and closed by a chmod that comes later, or never. https://github.com/cline/cline/issues/7778 and https://github.com/router-for-me/CLIProxyAPI/issues/4672; in an atomic write: bastani/atomic #2681.',
  clients: { tui: 3, login: 1 },
  umask: 0,
  faults: [{ kind: 'kill', everyMs: [100, 300] }],
  atLeast: { acknowledged: 30, kills: 2, versions: 20 },
});

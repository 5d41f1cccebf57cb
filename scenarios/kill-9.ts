import { defineScenario } from '../harness/core/scenario.js';

export default defineScenario({
  name: 'kill-9',
  title: 'clients are killed at random moments and come back',
  why: 'A killed holder leaves its lock behind, two waiters take it over at once, and a login that is closed too early leaves half a file. https://github.com/moxystudio/node-proper-lockfile/issues/121 and https://github.com/kubernetes/kubernetes/issues/23964.',
  clients: { tui: 3, server: 1, web: 1, desktop: 1, login: 1 },
  faults: [{ kind: 'kill', everyMs: [60, 200] }],
  atLeast: { acknowledged: 30, reads: 20, kills: 5 },
  weight: 1.4,
});

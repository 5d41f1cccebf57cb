import { defineScenario } from '../harness/core/scenario.js';

export default defineScenario({
  name: 'all-clients-set',
  title: 'terminal, server, web, desktop and logins write at once',
  why: 'Terminal, dev server, web and desktop share one file with different ideas of where its lock is; credentials "disappear later by themselves". https://github.com/anomalyco/opencode/issues/42387; servers answer from a stale cache: #50647.',
  clients: { tui: 2, server: 1, web: 2, desktop: 1, login: 1 },
  atLeast: { acknowledged: 60, reads: 50, versions: 20 },
  weight: 1.4,
});

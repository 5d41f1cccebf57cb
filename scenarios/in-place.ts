import { defineScenario } from '../harness/core/scenario.js';

export default defineScenario({
  name: 'in-place',
  title: 'the file is reached by a link to a link, in another directory',
  why: 'A dotfile manager keeps the real file elsewhere; an atomic rename replaces the link by a file, and all who share the real one are detached without a word. https://github.com/anomalyco/opencode/issues/45067; anthropics/claude-code #76561.',
  clients: { tui: 2, server: 1, web: 1 },
  place: 'chain',
  atLeast: { acknowledged: 50, reads: 20, versions: 20 },
});

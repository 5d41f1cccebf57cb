import { defineScenario } from '../harness/core/scenario.js';

export default defineScenario({
  name: 'dangling-link',
  title: 'the links lead to a file that does not exist yet',
  why: 'The link is made before the first login. A store that resolves links only where they lead to something replaces it by a file. https://github.com/anomalyco/opencode/issues/45067; npm/write-file-atomic replaces dangling links.',
  clients: { tui: 3, login: 1 },
  place: 'dangling',
  atLeast: { acknowledged: 50, reads: 20, versions: 20 },
});

import { defineScenario } from '../harness/core/scenario.js';

export default defineScenario({
  name: 'hostile-directory',
  title: 'another user plants links, pipes and directories under the names that the store calls its own',
  why: 'A name is looked at and then used again by name, and a link has taken its place meanwhile: a recursive removal that was safe against links removed what was outside (CWE-59, CVE-2022-21658). https://blog.rust-lang.org/2022/01/20/cve-2022-21658.html; the same in C++: https://github.com/boostorg/filesystem/issues/224.',
  clients: { tui: 3, login: 1 },
  faults: [{ kind: 'plant', everyMs: [5, 30], forMs: [10, 60] }],
  atLeast: { acknowledged: 20, reads: 20, plants: 6 },
});

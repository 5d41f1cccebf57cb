import { defineScenario } from '../harness/core/scenario.js';

export default defineScenario({
  name: 'pause',
  title: 'a writer stops right before its commit and goes on when its lease is over',
  why: 'A laptop sleeps, a container is frozen, a process swaps: the holder of a lock wakes up when others have taken it over, and writes all the same. SIGKILL does not find this. https://martin.kleppmann.com/2016/02/08/how-to-do-distributed-locking.html',
  clients: { tui: 4 },
  faults: [{ kind: 'pause', everyMs: [300, 600], forMs: 2800 }],
  atLeast: { acknowledged: 50, reads: 20, pauses: 2 },
  weight: 2.5,
});

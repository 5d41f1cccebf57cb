/** What the tests of explore use of it, in one module, so that they run what is shipped: its processes start from there. */

export { doubtMemories } from './doubt.test.helper.js';
export { confirmBare } from './evidence/confirm-bare.js';
export { explore, replaySchedule } from './explore.js';
export { executionOf, strategyOf } from './plan.js';
export { bundleTarget } from './process/bundle.js';
export { GatedPool } from './process/gated-pool.js';
export { parseProgram } from './schedule/program.js';
export { makeStrategy } from './search/index.js';
export { RandomWalk } from './search/random-walk.js';
export { follow, search } from './search/search.js';
export { SimPool } from './sim/sim-pool.js';
export { subjectOf, subjectOfReplay } from './subject.js';
export { groundFor } from './workers/ground-for.js';
export { replay } from './workers/replay.js';

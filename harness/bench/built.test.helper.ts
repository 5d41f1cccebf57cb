/** What the tests of bench use of it, in one module, so that they run what is shipped: its processes start from there. */

export { resolveTarget } from '../targets/index.js';
export { exploreByProcesses } from './by-processes.js';
export { fileMaker } from './context.js';
export { Crew } from './crew.js';
export { lossesUnderKills } from './losses.js';
export { contend } from './parts/contended.js';
export { endure } from './parts/endurance.js';
export { measureSizes } from './parts/sizes.js';
export { Tally } from './tally.js';

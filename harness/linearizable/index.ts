export {
  type Contradiction,
  checkLinearizable,
  type Linearizability,
  type LinearizabilityOptions,
} from './check.js';
export type { Asked, Call, Effect, Model, RegisterView } from './model.js';
export { type Searched, type SearchOptions, search, stepsDefault } from './search.js';
export { inGrowingShares } from './shares.js';
export { judgeUnambiguous, type Unambiguous } from './unambiguous.js';
export { byFirstEnd, findOverlap, type Zone } from './zones.js';

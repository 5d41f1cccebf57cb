import { calls } from './calls.js';
import type { Case } from './case.js';
import { limits } from './limits.js';
import { places } from './places.js';
import { processes } from './processes.js';
import { sharedTokens, tokens } from './tokens.js';

/** The contract of the store and of the tokens, the same for every runtime. */
export const cases: readonly Case[] = [
  ...calls,
  ...limits,
  ...places,
  ...processes,
  ...tokens,
  ...sharedTokens,
];

import type { Model } from '../model.js';
import { show, type Value } from './value.js';

/** A read or a write. */
export type RegisterInput = { read: true } | { write: Value };
/** A read returns what it found; a write, that it was acknowledged. */
export type RegisterOutput = Value | true;

/** One value, null at first. */
export const register: Model<Value, RegisterInput, RegisterOutput> = {
  name: 'register',
  init: null,
  step(state, input, output) {
    if ('write' in input) return input.write;
    return output === undefined || output === state ? state : undefined;
  },
  key: (state) => show(state),
  describe(input, output) {
    if ('write' in input) return `write ${show(input.write)}`;
    return output === undefined ? 'read' : `read ${show(output)}`;
  },
  prospect(state, next, before) {
    // A value that no read will return need not be distinguished from any other.
    if (next === undefined) return 'forgotten';
    if (next.output === state) return 'open';
    if (!before.some(({ input }) => 'write' in input && input.write === next.output)) return 'hopeless';
    return before.some(({ input, output }) => 'read' in input && output === state) ? 'open' : 'forgotten';
  },
  effect: (input) => ('write' in input ? 'repeatable' : 'none'),
  register(input, output) {
    // A write of null brings back what was there before anything was written, and is no value of its own.
    if ('write' in input) return input.write === null ? undefined : { write: input.write };
    return output === undefined || output === true ? undefined : { read: output };
  },
};

import type { Model } from '../model.js';
import { register } from './register.js';
import { show, type Value } from './value.js';

/** A read, a write, or a compare-and-set. */
export type CasInput = { read: true } | { write: Value } | { expect: Value; put: Value };
/** A compare-and-set returns whether it set. */
export type CasOutput = Value | boolean;

/** One value, null at first, that can also be replaced on condition of what it is. */
export const casRegister: Model<Value, CasInput, CasOutput> = {
  name: 'cas-register',
  init: null,
  step(state, input, output) {
    if (!('expect' in input)) return register.step(state, input, output as Value | true | undefined);
    const isMet = input.expect === state;
    if (output !== undefined && output !== isMet) return undefined;
    return isMet ? input.put : state;
  },
  key: register.key,
  describe(input, output) {
    if (!('expect' in input)) return register.describe(input, output as Value | true | undefined);
    const call = `cas ${show(input.expect)} to ${show(input.put)}`;
    return output === undefined ? call : `${call}: ${output ? 'done' : 'refused'}`;
  },
  effect(input, output) {
    return 'read' in input || ('expect' in input && output === false) ? 'none' : 'repeatable';
  },
  register(input, output) {
    return 'expect' in input ? undefined : register.register?.(input, output as Value | true | undefined);
  },
};

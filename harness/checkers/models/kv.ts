import type { Model } from '../linearizable/model.js';
import { show } from './value.js';

export type KvInput = { get: string } | { put: string; value: string } | { append: string; value: string };
/** Of a get, what it found; of the others, that it was acknowledged. */
export type KvOutput = string | true;

/** Strings by key, each empty at first. Keys know nothing of each other, so a state is that of one key. */
export const kv: Model<string, KvInput, KvOutput> = {
  name: 'kv',
  init: '',
  step(state, input, output) {
    if ('put' in input) return input.value;
    if ('append' in input) return state + input.value;
    return output === undefined || output === state ? state : undefined;
  },
  key: (state) => state,
  partition(input) {
    if ('put' in input) return input.put;
    return 'append' in input ? input.append : input.get;
  },
  describe(input, output) {
    if ('put' in input) return `put ${show(input.put)} ${show(input.value)}`;
    if ('append' in input) return `append ${show(input.append)} ${show(input.value)}`;
    return `get ${show(input.get)}${output === undefined ? '' : `: ${show(output)}`}`;
  },
  effect(input) {
    if ('get' in input) return 'none';
    return 'put' in input ? 'repeatable' : 'cumulative';
  },
  register(input, output) {
    // What is empty at first is the register's null, so nobody may write it.
    if ('put' in input) return input.value === '' ? undefined : { write: input.value };
    if ('append' in input || output === undefined || output === true) return undefined;
    return { read: output === '' ? null : output };
  },
};

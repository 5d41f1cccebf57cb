import type { Model } from '../model.js';
import { show } from './value.js';

/** A get, a put, or an append. */
export type KvInput = { get: string } | { put: string; value: string } | { append: string; value: string };
/** A get returns what it found; the others, that they were acknowledged. */
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
  prospect(state, next, before) {
    // A value that no get will return need not be distinguished from any other.
    if (next === undefined) return 'forgotten';
    // An append only adds to the end, so until the next put each get returns what begins with the state.
    const isShownBy = ({ output }: { output: KvOutput | undefined }) =>
      isText(output) && output.startsWith(state);
    if (isShownBy(next)) return 'open';
    const isAfterPut = before.some(
      ({ input }) => 'put' in input && isText(next.output) && next.output.startsWith(input.value),
    );
    if (!isAfterPut) return 'hopeless';
    return before.some(isShownBy) ? 'open' : 'forgotten';
  },
  effect(input) {
    if ('get' in input) return 'none';
    return 'put' in input ? 'repeatable' : 'cumulative';
  },
  register(input, output) {
    // An absent key is the register's null, so no call may write null.
    if ('put' in input) return input.value === '' ? undefined : { write: input.value };
    if ('append' in input || output === undefined || output === true) return undefined;
    return { read: output === '' ? null : output };
  },
};

function isText(output: KvOutput | undefined): output is string {
  return typeof output === 'string';
}

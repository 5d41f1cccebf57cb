import type { Model } from '../model.js';

/** An operation on a map of credentials. */
export type CredentialsInput =
  | { action: 'get' | 'remove'; key: string }
  | { action: 'set'; key: string; value: string }
  /** Everything, at one instant. */
  | { action: 'all' };
/** A get returns the value, null where there is none; an `all` returns key to value; a write, that it was acknowledged. */
export type CredentialsOutput = string | null | true | ReadonlyMap<string, string>;
/** Key to value. */
export type Credentials = ReadonlyMap<string, string>;

/** A map of credentials that can also be read as a whole. */
export const credentials = credentialsFrom(new Map());

/** The same with entries that are there before. */
export function credentialsFrom(init: Credentials): Model<Credentials, CredentialsInput, CredentialsOutput> {
  return {
    name: 'credentials',
    init,
    step(state, input, output) {
      switch (input.action) {
        case 'set':
          return state.get(input.key) === input.value ? state : new Map(state).set(input.key, input.value);
        case 'remove':
          return state.has(input.key) ? without(state, input.key) : state;
        case 'get':
          return output === undefined || output === (state.get(input.key) ?? null) ? state : undefined;
        case 'all':
          return output === undefined || (output instanceof Map && isSame(state, output)) ? state : undefined;
      }
    },
    key: (state) => JSON.stringify([...state].sort(([a], [b]) => (a < b ? -1 : 1))),
    partition: (input) => (input.action === 'all' ? undefined : input.key),
    describe(input, output) {
      if (input.action === 'set') return `set "${input.key}" = ${input.value}`;
      const call = input.action === 'all' ? 'all' : `${input.action} "${input.key}"`;
      if (output === undefined || output === true) return call;
      return `${call}: ${output instanceof Map ? describeEntries(output) : (output ?? 'nothing')}`;
    },
    register(input, output) {
      // A register holds nothing at first, and a removal brings that back.
      if (init.size > 0 || input.action === 'all' || input.action === 'remove') return undefined;
      if (input.action === 'set') return { write: input.value };
      return typeof output === 'string' || output === null ? { read: output } : undefined;
    },
    effect: ({ action }) => (action === 'get' || action === 'all' ? 'none' : 'repeatable'),
  };
}

function without(state: Credentials, key: string): Credentials {
  const rest = new Map(state);
  rest.delete(key);
  return rest;
}

function isSame(a: Credentials, b: Credentials): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}

function describeEntries(entries: Credentials): string {
  if (entries.size > 4) return `${entries.size} entries`;
  return entries.size === 0 ? 'nothing' : [...entries].map(([key, value]) => `${key}=${value}`).join(' ');
}

import { StoreError } from '../errors/store-error.js';

/** Returns the key without its trailing slashes: `https://x` and `https://x/` are the same place. */
export function trimSlashes(key: string): string {
  // Not by an expression like /\/+$/: that is quadratic in a run of slashes, and the key may come from a request.
  let end = key.length;
  while (key[end - 1] === '/') end--;
  return key.slice(0, end);
}

/** Returns the name under which an entry is stored. Fails with `E_INPUT` for an empty one. */
export function normalizeKey(key: string): string {
  const name = trimSlashes(key);
  if (name !== '') return name;
  throw new StoreError('E_INPUT', `${JSON.stringify(key)} names no provider`, {
    definite: true,
    hint: 'Give a name such as "anthropic", or the address of a provider',
  });
}

/**
 * Returns the name under which a new entry is stored. Fails with `E_INPUT` for one with a control character, too: a line break
 * in a pasted name makes an entry that no provider finds. An existing entry of such a name can still be removed.
 */
export function newKey(key: string): string {
  const name = normalizeKey(key);
  if (!/\p{Cc}/u.test(name)) return name;
  throw new StoreError('E_INPUT', `${JSON.stringify(key)} has a control character in it`, {
    definite: true,
    hint: 'Nothing was written. Give the name of a provider alone, such as "anthropic"',
  });
}

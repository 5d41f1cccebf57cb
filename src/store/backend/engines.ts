import { StoreError } from '../../errors/store-error.js';
import type { Engine } from './backend.js';

/**
 * The engines whose modules this process has imported, by the scheme of their addresses. Nothing imports them from here, so a
 * program that keeps its store in a file carries none of them.
 */
const schemes = new Map<string, (address: string) => Engine>();

/** Makes the addresses of a scheme known to `openStore`. */
export function addEngine(scheme: string, open: (address: string) => Engine): void {
  schemes.set(scheme, open);
}

/** The scheme of an address, in small letters. @returns undefined for a path */
export function schemeOf(place: string): string | undefined {
  return /^([a-z][a-z0-9+.-]+):\/\//i.exec(place)?.[1]?.toLowerCase();
}

/** @returns undefined for a path */
export function engineAt(place: string): Engine | undefined {
  const scheme = schemeOf(place);
  if (scheme === undefined) return undefined;
  const open = schemes.get(scheme);
  if (open) return open(place);
  const known = [...schemes.keys()].map((name) => `${name}://`).join(', ') || 'none';
  throw new StoreError(
    'E_INPUT',
    `a store was asked for at an address of ${scheme}://, and the engines that are loaded are: ${known}`,
    {
      definite: true,
      hint: "Import its module before, as in: import 'holdfast/etcd'; or give the path of a file",
    },
  );
}

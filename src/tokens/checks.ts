import { StoreError } from '../errors/store-error.js';
import type { TokenEntry } from './entry.js';
import { graceMsMax } from './expiry.js';
import { type Permission, permissions, toPermissions } from './permissions.js';

const nameLengthMax = 100;

export function checkName(name: string): string {
  if (
    typeof name === 'string' &&
    name.trim() !== '' &&
    name.length <= nameLengthMax &&
    !/\p{Cc}/u.test(name)
  ) {
    return name;
  }
  throw invalid(`a name must have 1 to ${nameLengthMax} characters, none of them a control character`);
}

export function checkPermissions(names: readonly string[]): readonly Permission[] {
  const known = toPermissions(names);
  if (known && known.length > 0) return known;
  throw invalid(`expected at least one of the permissions ${permissions.join(', ')}, and no other`);
}

export function checkGrace(graceMs: number): void {
  if (Number.isSafeInteger(graceMs) && graceMs >= 0 && graceMs <= graceMsMax) return;
  throw invalid('the grace of a rotated token must be from 0 to 24 hours');
}

export function notToRotate(id: string, old: TokenEntry | undefined): StoreError {
  return new StoreError(
    'E_INPUT',
    old ? `the token ${id} has expired` : `the token ${id} is not understood by this version`,
    { definite: true, hint: 'Nothing was written. Create a new one instead' },
  );
}

function invalid(message: string): StoreError {
  return new StoreError('E_INPUT', message, { definite: true, hint: 'Nothing was written' });
}

import { createHash } from 'node:crypto';
import type { Version } from '../backend/claims.js';

/**
 * A hash of the value, not of its bytes: a program that lays the file out anew does not change the credential.
 * @param value undefined where there is no credential, which is the version of no claim
 */
export function versionOf(key: string, value: unknown): Version {
  return { key: hash(key, 16), value: hash(JSON.stringify([key, value]), 24) };
}

export function isVersion(version: Version, key: string, value: unknown): boolean {
  return value !== undefined && versionOf(key, value).value === version.value;
}

function hash(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}

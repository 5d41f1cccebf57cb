import * as crypto from 'node:crypto';
import type { VersionName } from './events.js';

const digits = 16;

/** What a content of the file is called: the first 16 hexadecimal digits of the SHA-256 of its bytes. */
export const nameOfContent: (bytes: string | Uint8Array) => string =
  // In one call where there is such a one (Node 20.12): a stream of one part costs more than the digest of a small file.
  'hash' in crypto
    ? (bytes) => crypto.hash('sha256', bytes, 'hex').slice(0, digits)
    : (bytes) => createHash(bytes).slice(0, digits);

function createHash(bytes: string | Uint8Array): string {
  return (crypto as typeof import('node:crypto')).createHash('sha256').update(bytes).digest('hex');
}

const lengthMax = 64;

/** What a target's `set` or `remove` says of its versions. Whatever else it resolves to is none of our business, and may be long. */
export function versionsIn(told: unknown): { base?: VersionName; written?: VersionName } | undefined {
  if (typeof told !== 'object' || told === null) return undefined;
  const { base, written } = told as Record<string, unknown>;
  if (!isName(base) && !isName(written)) return undefined;
  return { ...(isName(base) ? { base } : {}), ...(isName(written) ? { written } : {}) };
}

function isName(name: unknown): name is VersionName {
  return Number.isFinite(name) || (typeof name === 'string' && name.length <= lengthMax);
}

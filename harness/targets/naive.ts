import { chmod, readFile, writeFile } from 'node:fs/promises';
import type { Store, TokenStore } from '../core/target.js';
import { wholeFileStore, wholeFileTokens } from './whole-file.js';

/**
 * What the agent ships: read, spread, write in place, then chmod, with no lock. Any error while reading reads as
 * "no credentials", and entries of an unknown type are not read, so the next write deletes them.
 */
export function open(file: string): Store {
  return wholeFileStore({ read: () => readKnown(file), write: (entries) => writeInPlace(file, entries) });
}

export async function readKnown(file: string): Promise<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(await readOrNothing(file)).filter(([, entry]) => isKnown(entry)));
}

export async function readOrNothing(file: string): Promise<Record<string, unknown>> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    // The planted bug: a file that is being written by another process is taken for an empty one.
    return {};
  }
}

export async function writeInPlace(file: string, entries: Record<string, unknown>): Promise<void> {
  await writeFile(file, JSON.stringify(entries, null, 2));
  await chmod(file, 0o600);
}

/** Tokens as the agent was to have them: any error while reading reads as "no tokens", and the next write makes it so. */
export function openTokens(file: string): TokenStore {
  return wholeFileTokens({
    read: () => readOrNothing(file),
    write: (entries) => writeInPlace(file, entries),
  });
}

function isKnown(entry: unknown): boolean {
  const type = (entry as { type?: unknown } | null)?.type;
  return type === 'oauth' || type === 'api' || type === 'wellknown';
}

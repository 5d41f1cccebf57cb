import { chmod, readFile, writeFile } from 'node:fs/promises';
import type { Store, TokenStore } from '../core/target.js';
import { type Copy, wholeFileStore, wholeFileTokens } from './whole-file.js';

/**
 * What the agent ships: read, spread, write in place, then chmod, with no lock. Any error while reading reads as
 * "no credentials", and entries of an unknown type are not read, so the next write deletes them.
 */
export function open(file: string): Store {
  return wholeFileStore({ read: () => readKnown(file), write: (text) => writeInPlace(file, text) });
}

export async function readKnown(file: string): Promise<Copy> {
  const { entries, ...from } = await readOrNothing(file);
  const known = Object.entries(entries).filter(([, entry]) => isKnown(entry));
  return { entries: Object.fromEntries(known), ...from };
}

export async function readOrNothing(file: string): Promise<Copy> {
  // The planted bug, twice: a file that can't be read, or that another process is writing, is taken for an empty one.
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return { entries: {} };
  try {
    return { entries: JSON.parse(text), text };
  } catch {
    return { entries: {}, text };
  }
}

export async function writeInPlace(file: string, text: string): Promise<void> {
  await writeFile(file, text);
  await chmod(file, 0o600);
}

/** Tokens as the agent was to have them: any error while reading reads as "no tokens", and the next write makes it so. */
export function openTokens(file: string): TokenStore {
  return wholeFileTokens({
    read: () => readOrNothing(file),
    write: (text) => writeInPlace(file, text),
  });
}

function isKnown(entry: unknown): boolean {
  const type = (entry as { type?: unknown } | null)?.type;
  return type === 'oauth' || type === 'api' || type === 'wellknown';
}

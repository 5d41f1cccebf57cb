import { rename, writeFile } from 'node:fs/promises';
import type { Store, TokenStore } from '../core/target.js';
import { readKnown, readOrNothing } from './naive.js';
import { wholeFileStore, wholeFileTokens } from './whole-file.js';

/** The second option: a temporary file and a rename. No reader sees half a file, and writers still undo each other. */
export function open(file: string): Store {
  return wholeFileStore({ read: () => readKnown(file), write: replacing(file) });
}

/** Tokens in the same way: what one deletes, another writes back from its older copy. */
export function openTokens(file: string): TokenStore {
  return wholeFileTokens({ read: () => readOrNothing(file), write: replacing(file) });
}

/** @returns a function that puts a whole new document in the file's place */
export function replacing(file: string): (text: string) => Promise<void> {
  let count = 0;
  return async (text) => {
    const temporary = `${file}.${process.pid}-${count++}.tmp`;
    await writeFile(temporary, text, { mode: 0o600 });
    await rename(temporary, file);
  };
}

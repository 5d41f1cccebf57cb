import { rename, writeFile } from 'node:fs/promises';
import type { Store } from '../core/target.js';
import { readKnown } from './naive.js';
import { wholeFileStore } from './whole-file.js';

/** The second option: a temporary file and a rename. No reader sees half a file, and writers still undo each other. */
export function open(file: string): Store {
  let count = 0;
  return wholeFileStore({
    read: () => readKnown(file),
    write: async (entries) => {
      const temporary = `${file}.${process.pid}-${count++}.tmp`;
      await writeFile(temporary, JSON.stringify(entries, null, 2), { mode: 0o600 });
      await rename(temporary, file);
    },
  });
}

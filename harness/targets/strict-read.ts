import { readFile } from 'node:fs/promises';
import type { Store } from '../core/target.js';
import { writeInPlace } from './naive.js';
import { definitely, wholeFileStore } from './whole-file.js';

/** The third option: an unreadable file is an error, not an empty one. It wipes nothing, and still loses updates. */
export function open(file: string): Store {
  return wholeFileStore({ read: () => readStrictly(file), write: (entries) => writeInPlace(file, entries) });
}

export async function readStrictly(file: string): Promise<Record<string, unknown>> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw definitely(error);
  }
}

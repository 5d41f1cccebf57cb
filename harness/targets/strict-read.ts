import { readFile } from 'node:fs/promises';
import type { Store } from '../core/target.js';
import { writeInPlace } from './naive.js';
import { type Copy, definitely, wholeFileStore } from './whole-file.js';

/** The third option: an unreadable file is an error, not an empty one. It wipes nothing, and still loses updates. */
export function open(file: string): Store {
  return wholeFileStore({ read: () => readStrictly(file), write: (text) => writeInPlace(file, text) });
}

export async function readStrictly(file: string): Promise<Copy> {
  try {
    const text = await readFile(file, 'utf8');
    return { entries: JSON.parse(text), text };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { entries: {} };
    throw definitely(error);
  }
}

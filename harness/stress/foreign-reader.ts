import { readFileSync } from 'node:fs';
import type { ValueId } from '../core/history.js';
import type { Subject } from '../core/scenario.js';
import { identifyAll } from '../workload/values.js';

/**
 * Reads the file as a program would that knows nothing of any store. Of a token file it can name the entries that are no
 * tokens: a hash tells nobody whose it is.
 * @returns the entries, or what is wrong with the file
 */
export function readEntries(file: string, subject: Subject): Record<string, ValueId> | string {
  const entries = readAll(file);
  if (typeof entries === 'string' || subject === 'credentials') return entries;
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => !value.startsWith('!')));
}

function readAll(file: string): Record<string, ValueId> | string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Somebody's entries are in it all the time, and nobody removes it.
    return code === 'ENOENT' ? 'it is missing' : `it can't be read: ${code}`;
  }
  if (text === '') return 'it is empty';
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return identifyAll(value as Record<string, unknown>);
    }
    return 'it is JSON, but not an object';
  } catch {
    return `its ${text.length} characters are not JSON`;
  }
}

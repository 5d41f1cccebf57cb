import { doubledKeys, parseDocument } from '../../document/document.js';
import type { Site } from '../disk/site.js';
import { readKept } from './kept.js';
import { readableOf } from './recoverable.js';

/** How much of damaged bytes can be read: the number of whole entries, and of the bytes that may hold more. */
export interface Readable {
  entries: number;
  unreadBytes: number;
}

export function readableIn(bytes: Buffer): Readable {
  const { entries, unread } = readableOf(bytes);
  const unreadBytes = unread.reduce((sum, { from, to, zeros }) => sum + to - from - zeros, 0);
  return { entries: entries.size, unreadBytes };
}

/** Does the entry hold a field more than once, with different values? Deeper levels are not checked. */
export function hasDoubled(raw: string): boolean {
  const inner = parseDocument(Buffer.from(raw));
  return inner !== undefined && doubledKeys(inner).length > 0;
}

/** The same for a kept state. Undefined if it can't be opened. */
export function readableKept(site: Site, name: string): Readable | undefined {
  try {
    const read = readKept(site, name);
    return read && readableIn(read.bytes);
  } catch {
    // The mode and the owner are shown instead.
    return undefined;
  }
}

import type { Document } from '../store/document/document.js';
import { distance } from './edits.js';

/** A text that a process has read, or written. */
export interface KnownState {
  id: number;
  /** Undefined where it is no document: a program takes such a file for empty. */
  document: Document | undefined;
  /** How long ago that was, in milliseconds. */
  ageMs: number;
  isWritten: boolean;
}

/** What a write started from. */
export interface Base {
  /** Undefined for an empty document, which the process has never read. */
  id: number | undefined;
  document: Document;
}

/** Longer ago than most operations take. A user who is asked for a code takes longer, and so does a busy machine. */
const recentMs = 10_000;
const nothing: Document = new Map();

/**
 * Which of the texts that a process knows did it start from? The newest that it has read, if what it wrote differs from that in
 * one entry at most. Otherwise the one that differs least: a process with several operations at a time has read several.
 *
 *     reads v0 (a) | reads v1 (a b) | writes a b c: from v1 | writes a d: from v0, as from v1 it would be two changes
 *
 * A text that was used once is not known any more, and what was written from it is.
 *
 * One that was read long ago counts only if the process has written nothing since, and if what it wrote still differs from it:
 *
 *     reads v0 (a) | opens v1 (a b) | writes a c: from v0, however long ago. From v1 it would remove what another has set
 *     reads v0 (a) | opens v1 (a b c) | writes a: removes both, as v0 would be no change at all
 * @param known the newest at the end
 */
export function chooseBase(
  known: readonly KnownState[],
  written: Document,
  isSame?: (before: string, after: string) => boolean,
): Base {
  let best: Base | undefined;
  let least = Number.POSITIVE_INFINITY;
  let hasWritten = false;
  for (const [age, { id, document, ageMs, isWritten }] of known.toReversed().entries()) {
    const isOld = best !== undefined && ageMs > recentMs;
    if (isOld && hasWritten) break;
    hasWritten ||= isWritten;
    // Half of another program's write.
    const base = document ?? nothing;
    const found = distance(base, written, least, isSame);
    if (isOld && found === 0) continue;
    if (found < least) {
      least = found;
      best = { id, document: base };
    }
    if (age === 0 && document && !isWritten && found <= 1) break;
  }
  return best ?? { id: undefined, document: nothing };
}

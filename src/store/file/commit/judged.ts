import { isSameContent } from '../../document/document.js';
import type { FileState } from '../disk/state.js';
import type { Recovery } from './recovery.js';
import type { Wish } from './task.js';

/** What the file ought to hold by the judgement of a process that has seen more than the copy names. */
export function judged(state: FileState, recovery: Recovery, judge: NonNullable<Wish['judge']>): Recovery {
  const held = recovery.held.document;
  const judgement = judge(state);
  // A missing file was removed on purpose, whatever was seen before.
  const wanted = (state.kind !== 'missing' && judgement) || held;
  if (isSameContent(wanted, held)) return { ...recovery, base: held, merge: undefined, isStale: false };
  // Stopped between its two renames, the repair is rolled forward: the file lacks what it puts back.
  return { ...recovery, base: wanted, isStale: true, merge: undefined };
}

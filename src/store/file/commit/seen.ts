import { StoreError } from '../../../errors/store-error.js';
import { isSameContent } from '../../document/document.js';
import type { Site } from '../disk/site.js';
import { type FileState, isSame, type OpenFile } from '../disk/state.js';
import { type LastCommitted, otherFormatOf } from './last-committed.js';
import { fromNothing, type Recovery, reconcile } from './recovery.js';
import type { Earlier, RepairWish, Task } from './task.js';

/** What an attempt has read. */
export interface Seen {
  state: FileState;
  last: LastCommitted | undefined;
  /** The file, where it stays open to look back at. Under a held intent it is among the files of that. */
  open: OpenFile | undefined;
}

/**
 * A corrupt file may be half of another program's write in place, a missing one may be between its unlink and its create. So may
 * an empty one be, in a format that has such documents.
 */
export function needsToSettle({ format }: Site, { state, last }: Seen, { settled }: Earlier): boolean {
  if (settled && isSame(state, settled)) return false;
  if (state.kind === 'corrupt') return true;
  const isEmpty = state.kind === 'missing' || state.bytes.length === 0;
  return isEmpty && last !== undefined && format.parse(last.bytes)?.size !== 0;
}

/**
 * What the file and its copy say together, or what a process that has seen more states makes of it.
 * @throws StoreError `E_CORRUPT` where neither the file nor its copy can be used, and no process knows better
 */
export function recoveryOf(site: Site, { state, last }: Seen, { wish, earlier, beliefs }: Task): Recovery {
  const found = reconcile(state, last, earlier.interrupted?.id, { ...beliefs, format: site.format });
  if (wish.kind === 'repair') return judged(state, found ?? fromNothing, wish.judge);
  return found ?? unusable(site, state, last);
}

/** What the file ought to hold by the judgement of a process that has seen more than the copy names. */
function judged(state: FileState, recovery: Recovery, judge: RepairWish['judge']): Recovery {
  const held = recovery.held.document;
  const judgement = judge(state);
  // A missing file was removed on purpose, whatever was seen before.
  const wanted = (state.kind !== 'missing' && judgement) || held;
  if (isSameContent(wanted, held)) return { ...recovery, base: held, merge: undefined, isStale: false };
  // Stopped between its two renames, the repair is rolled forward: the file lacks what it puts back.
  return { ...recovery, base: wanted, isStale: true, merge: undefined };
}

/** @throws StoreError `E_CORRUPT`: neither the file nor its copy can be used */
export function unusable(site: Site, state: FileState, last: LastCommitted | undefined): never {
  const { file } = site;
  const reason = state.kind === 'corrupt' ? state.reason : 'it is missing';
  const format = last ? undefined : otherFormatOf(site);
  if (format !== undefined && state.kind === 'corrupt')
    throw new StoreError(
      'E_CORRUPT',
      `${file} is a file of the format ${format}, and can't be used as ${site.format.name}`,
      {
        definite: true,
        file,
        hint: `Nothing was written. Only holdfast run --isolate --format ${format} uses it`,
      },
    );
  const copy = last
    ? `and it is not the file that its copy ${file}.last is of`
    : `nor can its copy ${file}.last`;
  throw new StoreError('E_CORRUPT', `${file} can't be used (${reason}), ${copy}`, {
    definite: true,
    file,
    hint: `Nothing was written. Repair the file, ${last ? 'restore the copy, ' : ''}or move it away to start empty`,
  });
}

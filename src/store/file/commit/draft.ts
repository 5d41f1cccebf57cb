import { unknownOutcome } from '../../../errors/store-error.js';
import { applyChange } from '../../document/change.js';
import type { Document } from '../../document/document.js';
import type { Site } from '../disk/site.js';
import type { QueueEntry } from '../queue/entry-names.js';
import type { Intent } from '../queue/intents.js';
import { keepGeneration, keepWhatIsLost } from './kept-aside.js';
import type { Basis } from './next-record.js';
import { readRequests } from './survey.js';
import type { Fenced, Interrupted, Repairs, Task } from './task.js';

/** What has to be written: `copy` alone where the file is right already, and the copy must say so or name the requests. */
type Parts = 'file and copy' | 'copy' | 'none';

/** What an attempt is about to write, and what that is based on. */
export interface Draft {
  basis: Basis;
  document: Document;
  /** The document differs from what a reader finds now. */
  isNew: boolean;
  parts: Parts;
}

/** Reads the requests of others, applies them, then our own change, and says what has to be written. */
export function draftOf(
  site: Site,
  intent: Intent,
  task: Task,
  entries: readonly QueueEntry[],
  { state, last, recovery }: Omit<Basis, 'requests'>,
): Draft {
  const requests = readRequests(site, intent, entries, recovery, task.unresponsive);
  const basis = { state, last, recovery, requests };
  const document = applyAll(site, task, basis);
  const isNew = recovery.restores || document !== recovery.held.document;
  return { basis, document, isNew, parts: partsToWrite(task, basis, document, isNew) };
}

/** The state with the requests of others applied, and then our own change. */
function applyAll(site: Site, { wish, earlier }: Task, basis: Basis): Document {
  const { recovery, requests } = basis;
  // All at once: each call copies the document.
  const carried = applyChange(
    recovery.base,
    requests.open.flatMap(({ edits }) => edits),
  );
  const isApplied = earlier.interrupted && wasApplied(site, earlier.interrupted, basis);
  return isApplied || wish.kind !== 'change' ? carried : applyChange(carried, wish.change);
}

/**
 * Did an attempt that was fenced between its two renames take effect after all? Only a restoration from the
 * copy could have brought that about.
 */
function wasApplied({ file }: Site, interrupted: Interrupted, { last, state, recovery }: Basis): boolean {
  // No process has committed since: the file lacks the change, unless it is about to be restored from our own copy.
  if (last?.id === interrupted.id)
    return recovery.renewsEpoch || (state.kind === 'valid' && state.bytes.equals(last.bytes));
  // Others have committed, each on top of a readable file: no restoration, no effect.
  if (last?.epoch === interrupted.epoch) return false;
  throw unknownOutcome(file, `a change of ${file} was interrupted while the file was being restored`);
}

function partsToWrite({ wish }: Task, basis: Basis, document: Document, isNew: boolean): Parts {
  const { last, state, recovery, requests } = basis;
  // Asked in each attempt, also for a file that is restored anyway: the function learns from it what is stored.
  const isRewritten = wish.kind === 'rewrite' && wish.isWanted(document) && state.kind === 'valid';
  if (isRewritten || isNew) return 'file and copy';
  // A request is done only where the copy says so, too: else a process that has read it may apply it again.
  if (requests.open.length > 0) return 'copy';
  return (last || wish.kind === 'repair') && recovery.copyIsOld ? 'copy' : 'none';
}

/** What was kept aside. */
interface Aside {
  kind: 'kept';
  repairs: Repairs;
  /** Removes the generation again: the commit that was to give something up did not happen. */
  takeBack: () => void;
}

/** Keeps what a reader finds now, where the draft gives it up. */
export function keepAside(site: Site, intent: Intent, task: Task, draft: Draft): Aside | Fenced {
  const { basis, document, isNew, parts } = draft;
  const kept = isNew ? keepWhatIsLost(site, { ...basis, document }) : {};
  const { merge } = basis.recovery;
  if (parts === 'none' || task.beliefs.revocable)
    return { kind: 'kept', repairs: { ...kept, merge }, takeBack: () => {} };
  const given = task.wish.kind === 'rewrite' ? undefined : task.wish.generation?.();
  const generation = keepGeneration(site, intent, basis, given);
  if (generation === 'fenced') return { kind: 'fenced' };
  const repairs = { ...kept, merge, generation: generation?.path };
  return { kind: 'kept', repairs, takeBack: () => generation?.takeBack() };
}

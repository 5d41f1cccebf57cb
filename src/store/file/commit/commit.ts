import { StoreError, unknownOutcome } from '../../../errors/store-error.js';
import { applyChange } from '../../document/change.js';
import { type Document, parseDocument } from '../../document/document.js';
import type { Ownership } from '../disk/ownership.js';
import type { Site } from '../disk/site.js';
import { closeLater } from '../disk/stage.js';
import { type FileState, hasChanged, isSame, type OpenFile, openState, readState } from '../disk/state.js';
import type { QueueEntry } from '../queue/entry-names.js';
import { handOver } from '../queue/hand-over.js';
import { endRequest, type Intent, isThere } from '../queue/intents.js';
import { durable } from './durable.js';
import { judged } from './judged.js';
import { keepGeneration, keepWhatIsLost } from './kept-aside.js';
import { type LastCommitted, readLastCommitted } from './last-committed.js';
import { type Basis, nextRecord } from './next-record.js';
import { publish } from './publish.js';
import { replaceQuickly } from './quick.js';
import { fromNothing, reconcile } from './recovery.js';
import { destroyOthers, listWaiting, readRequests } from './survey.js';
import type { Attempt, Earlier, Fenced, Interrupted, Known, ReplacedFile, Task } from './task.js';

/**
 * One attempt to commit, under an intent that was made *before* this call: fence, read, apply, stage and rename, sync, answer.
 *
 * Why it is safe: let A and B both commit. If A's scan finds B's intent, A destroys it before A reads, so
 * B committed before A's read, or never. If it does not, B's intent was removed before (after B's commit,
 * so before A's read) or made later; then B's own scan finds A's and destroys it before B reads, so A committed
 * before B's read, or never. Each commit is based on a read that saw the other. Read before destroy, and this falls:
 *
 *     A reads v0 | B: intent, reads v0, commits v1 | A destroys nothing, commits v0 + a: b is lost
 *
 * The same argument holds for a held intent and all its commits: a process that commits in between has destroyed it first.
 *
 * A commit carries the requests of others along. The copy names them, and goes on naming them until their owners know. So
 * the next process neither applies one twice nor forgets one, however the commit ended.
 */
export async function attemptCommit(site: Site, intent: Intent, task: Task): Promise<Attempt> {
  const entries = fence(intent, task);
  const seen = readFileAndCopy(site, task);
  let attempt: Attempt | undefined;
  try {
    attempt = await attemptOn(site, intent, task, entries, seen);
    return attempt;
  } finally {
    if (seen.open && !isKept(seen.open, attempt)) closeLater([seen.open]);
  }
}

/** Carries nothing along, and leaves the copy as it is. */
function attemptQuickly(
  site: Site,
  intent: Intent,
  task: Task,
  { state, recovery, open }: Pick<Seen, 'open'> & Pick<Basis, 'state' | 'recovery'>,
): Attempt {
  const isNew = recovery.base !== recovery.held.document;
  if (isNew && !replaceQuickly(site, intent, state, recovery.base))
    return { kind: 'fenced', isOvertaken: true };
  const before = vouchedFor(task);
  const old = open ?? (before && openFile(before));
  // The intent vouches for nothing any more: the copy does not name what is there.
  closeLater(before?.files.filter((file) => !isNew || file !== old) ?? []);
  const replaced = isNew && old ? replacedBy({ state, recovery }, old) : undefined;
  const nobody = { ended: new Set<string>(), others: 0, isAwaited: false };
  return { kind: 'committed', repairs: {}, ...nobody, known: undefined, replaced };
}

/** Another owner closes it. */
function isKept(open: OpenFile, attempt: Attempt | undefined): boolean {
  if (attempt?.kind !== 'committed') return false;
  return attempt.replaced?.open === open || attempt.known?.files.includes(open) === true;
}

/** What an attempt has read. */
interface Seen {
  state: FileState;
  last: LastCommitted | undefined;
  /** The file, where it stays open to look back at. Under a held intent it is among the files of that. */
  open?: OpenFile | undefined;
}

async function attemptOn(
  site: Site,
  intent: Intent,
  task: Task,
  entries: QueueEntry[],
  { state, last, open }: Seen,
): Promise<Attempt> {
  if (needsToSettle(state, last, task.earlier)) return { kind: 'unsettled', state };

  const interruptedId = task.earlier?.interrupted?.id;
  const found =
    reconcile(state, last, interruptedId, task) ?? (task.judge ? fromNothing : unusable(site, state, last));
  const recovery = task.judge ? judged(state, found, task.judge) : found;
  if (task.isQuick && state.kind === 'valid')
    return attemptQuickly(site, intent, task, { state, recovery, open });
  const requests = readRequests(site, intent.intents, entries, recovery, task.unresponsive);
  const basis = { state, last, recovery, requests };
  const document = applyAll(site, task, basis);
  const isNew = recovery.restores || document !== recovery.held.document;
  const parts = partsToWrite(task, basis, { document, isNew });
  // What the new file will no longer hold is kept before anything is written.
  const kept = isNew ? keepWhatIsLost(site, { ...basis, document }) : {};
  const generation =
    parts === 'none' || task.revocable ? undefined : keepGeneration(site, intent, basis, task.generation?.());
  if (generation === 'fenced') return { kind: 'fenced' };
  const repairs = { ...kept, merge: recovery.merge, generation: generation?.path };

  const next = { basis, document, parts, open };
  const written = parts === 'none' ? confirm(site, intent, task) : await write(site, intent, task, next);
  if (written.kind === 'fenced') {
    // The copy was replaced all the same, if it was interrupted: nothing else has what it held.
    if (!written.interrupted) generation?.takeBack();
    return written;
  }
  const { known, replaced } = written;

  const ended = new Set([...requests.applied, ...requests.open].map(({ name }) => name));
  // Committed. Nothing below may be taken for a fence any more: a repeated change would be applied twice. The next process is
  // let in before our own sync of the directory: what it builds on our state is acknowledged after a later sync. But not where
  // other processes wait for our answer: they would come in to ask. Nor where more is expected from them: the intent stays.
  if (!task.keeps && !task.stays && ended.size === 0) handOver(site, intent, task.own);
  // Also where nothing was written: what we read may still be on its way to the disk, and we are about to vouch for it.
  try {
    await durable(site);
  } catch (error) {
    if (known) closeLater(known.files);
    if (replaced) closeLater([replaced.open]);
    throw error;
  }
  for (const name of ended) if (name !== task.own) endRequest(intent.intents, name);
  const isAwaited = entries.some(({ kind }) => kind === 'ticket');
  const others = ended.size - (task.own !== undefined && ended.has(task.own) ? 1 : 0);
  return { kind: 'committed', repairs, ended, others, known: known ?? vouchedFor(task), replaced, isAwaited };
}

/**
 * The fence: it comes before everything that the attempt reads. A held intent needs none, because its first commit has
 * destroyed the others.
 * @returns all entries but intents, in the queue's order: tickets, requests, our own too, and answers
 */
function fence(intent: Intent, task: Task): QueueEntry[] {
  if (task.kind === 'fresh') return destroyOthers(intent);
  // No process waits for the end of a standing intent. One that comes destroys it, and then its renames fail.
  if (task.keeps) return [];
  return listWaiting(intent.intents);
}

/** A held intent vouches for what its last commit left. */
function vouchedFor(task: Task): Known | undefined {
  return task.kind === 'held' ? task.known : undefined;
}

function readFileAndCopy(site: Site, task: Task): Seen {
  if (task.kind === 'held') return { state: task.known.state, last: task.known.last };
  const last = readLastCommitted(site);
  if (!task.looksBack) return { last, state: readState(site) };
  const { state, open } = openState(site);
  return { last, state, open };
}

/** A corrupt file may be half of another program's write in place, a missing one may be between its unlink and its create. */
function needsToSettle(state: FileState, last: LastCommitted | undefined, earlier: Earlier = {}): boolean {
  const { settled } = earlier;
  if (settled && isSame(state, settled)) return false;
  if (state.kind === 'missing') return last !== undefined && parseDocument(last.bytes)?.size !== 0;
  return state.kind === 'corrupt';
}

/** @throws StoreError `E_CORRUPT`: neither the file nor its copy can be used */
export function unusable({ file }: Site, state: FileState, last: LastCommitted | undefined): never {
  const reason = state.kind === 'corrupt' ? state.reason : 'it is missing';
  const copy = last
    ? `and it is not the file that its copy ${file}.last is of`
    : `nor can its copy ${file}.last`;
  throw new StoreError('E_CORRUPT', `${file} can't be used (${reason}), ${copy}`, {
    definite: true,
    file,
    hint: `Nothing was written. Repair the file, ${last ? 'restore the copy, ' : ''}or move it away to start empty`,
  });
}

/** The state with the requests of others applied, and then our own change. */
function applyAll(site: Site, { change, earlier }: Task, basis: Basis): Document {
  const { recovery, requests } = basis;
  const carried = requests.open.reduce((current, { edits }) => applyChange(current, edits), recovery.base);
  const isApplied = earlier?.interrupted && wasApplied(site, earlier.interrupted, basis);
  return isApplied ? carried : applyChange(carried, change);
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

/** What has to be written: `copy` alone where the file is right already, and the copy must say so or name the requests. */
type Parts = 'file and copy' | 'copy' | 'none';

function partsToWrite(
  task: Task,
  basis: Basis,
  { document, isNew }: { document: Document; isNew: boolean },
): Parts {
  const { last, state, recovery, requests } = basis;
  // Asked in each attempt, also for a file that is restored anyway: the function learns from it what is stored.
  const isRewritten = task.rewrites?.(document) === true && state.kind === 'valid';
  if (isRewritten || isNew) return 'file and copy';
  // A request is done only where the copy says so, too: else a process that has read it may apply it again.
  return ((last || task.judge) && recovery.copyIsOld) || requests.open.length > 0 ? 'copy' : 'none';
}

interface Written {
  kind: 'written';
  /** Undefined where nothing was written. */
  known: Known | undefined;
  replaced?: ReplacedFile | undefined;
}

/** Nothing is renamed, so no rename can fail. Whether a held intent still stands, and the file with it, must be asked. */
function confirm(site: Site, intent: Intent, task: Task): Written | Fenced {
  const isStillTrue = (known: Known) => isThere(intent) && !hasChanged(site, known.state, openFile(known));
  if (task.kind === 'held' && !isStillTrue(task.known)) return { kind: 'fenced' };
  return { kind: 'written', known: undefined };
}

interface Next extends Pick<Seen, 'open'> {
  basis: Basis;
  document: Document;
  parts: Parts;
}

/** Stages what is new, and renames it into place. */
async function write(
  site: Site,
  intent: Intent,
  task: Task,
  { basis, document, parts, open: read }: Next,
): Promise<Written | Fenced> {
  const { state, last, requests } = basis;
  const before = vouchedFor(task);
  const open = before && openFile(before);
  const owner = (state.kind === 'missing' ? undefined : state.owner) ?? site.owner;
  const isFileNew = parts === 'file and copy';
  const outcome = await publish(site, intent, nextRecord(intent, basis, document), {
    isFileNew,
    isStillRight: () =>
      !hasChanged(site, state, open) &&
      requests.open.every(({ isAlive }) => isAlive()) &&
      site.hasIntentsInPlace(),
    previous: last,
    owner,
  });
  if (outcome.kind !== 'published') return outcome;
  const { record, files } = outcome;
  const old = task.looksBack ? (open ?? read) : undefined;
  // Their names are taken now; the disk can free them while it syncs the directory.
  closeLater(before?.files.filter((file) => file !== old) ?? []);
  if (!isFileNew)
    return { kind: 'written', known: { last: record, files: old ? [...files, old] : files, state } };
  return {
    kind: 'written',
    known: { last: record, files, state: stateAfter(record, document, owner) },
    replaced: old && replacedBy(basis, old),
  };
}

/** Undefined where there was no file. */
function replacedBy(
  { state, recovery }: Pick<Basis, 'state' | 'recovery'>,
  open: OpenFile,
): ReplacedFile | undefined {
  if (state.kind === 'missing') return undefined;
  // Of a torn file: what ought to have been there.
  const document = state.kind === 'valid' ? state.document : recovery.base;
  return { open, bytes: state.bytes, document };
}

/** The file of the last commit, which a held intent keeps open. Undefined where that commit wrote the copy alone. */
function openFile({ state, files }: Known): OpenFile | undefined {
  return files.find(({ identity }) => identity === state.identity);
}

function stateAfter(
  { identity, bytes }: LastCommitted,
  document: Document,
  owner: Ownership | undefined,
): FileState {
  return { kind: 'valid', identity, bytes, document, owner };
}

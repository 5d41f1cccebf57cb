import { applyChange, type Change } from '../../change.js';
import { type Document, parseDocument, serializeDocument } from '../../document.js';
import { StoreError, unknownOutcome } from '../../errors.js';
import type { Ownership } from '../disk/ownership.js';
import type { Site } from '../disk/site.js';
import { closeLater, type Staged } from '../disk/stage.js';
import { type FileState, hasChanged, isSame, readState, timeOf } from '../disk/state.js';
import { endRequest, type Intent, isThere, release } from '../queue/intents.js';
import { newNonce } from '../queue/owner.js';
import { durable } from './durable.js';
import { type Merge, withGeneration } from './generations.js';
import { type KeptAside, keepWhatIsLost } from './kept-aside.js';
import { type LastCommitted, readLastCommitted } from './last-committed.js';
import { publish } from './publish.js';
import { type Recovery, reconcile } from './recovery.js';
import { destroyOthers, listWaiting, type Request, readRequests } from './survey.js';

/** A commit that was fenced after its copy was in place and before its file was. */
export interface Interrupted {
  id: string;
  epoch: string;
}

/** What a standing intent vouches for: nobody has committed since, or the intent would be gone. */
export interface Known {
  state: FileState;
  last: LastCommitted;
  /** Open, until they are replaced. */
  files: readonly Staged[];
}

export interface Task {
  change: Change;
  /** Asked of the document that is about to be committed: is a file written anew, even if the change left it as it is? */
  rewrites?: ((document: Document) => boolean) | undefined;
  /** The state that was seen unchanged for long enough to act upon, if the last attempt was unsettled. */
  settled?: FileState | undefined;
  /** The earlier attempt at this very change that was fenced between the two renames. */
  interrupted?: Interrupted | undefined;
  /** If the intent is a standing one that has committed before. */
  known?: Known | undefined;
  /** The intent is a standing one, which outlives the commit: nobody waits for its end. */
  keeps?: boolean;
  /** Our own request, among those of the others. Nobody needs to be told of it. */
  own?: string | undefined;
  /** As of `StoreOptions`. */
  revocable?: boolean;
  /** Requests that were silent for a lease: what can't be read of them is swept. */
  unresponsive?: ReadonlySet<string> | undefined;
}

export interface Repairs extends KeptAside {
  merge?: Merge;
}

export type Attempt =
  /** Durable. `known` is what the file and its copy hold now; undefined where nothing was written. */
  | {
      kind: 'committed';
      repairs: Repairs;
      known: Known | undefined;
      /** The requests that are part of it; their owners have been told, but for our own. */
      ended: ReadonlySet<string>;
      /** Somebody waits for us to go. */
      isAwaited: boolean;
    }
  /** Somebody came later and destroyed our intent: nothing was changed, start again with fresh state. */
  | { kind: 'fenced'; interrupted?: Interrupted }
  /** The file is in a state that may be somebody's half-done work: wait without an intent, then look again. */
  | { kind: 'unsettled'; state: FileState };

/**
 * One attempt to commit, under an intent that was made *before* this call.
 *
 * Why it is safe: let A and B both commit. If A's scan finds B's intent, A destroys it before A reads, so
 * B committed before A's read, or never. If it does not, B's intent was removed before (after B's commit,
 * so before A's read) or made later; then B's own scan finds A's and destroys it before B reads, so A committed
 * before B's read, or never. Each commit is based on a read that saw the other. Read before destroy, and this falls:
 *
 *     A reads v0 | B: intent, reads v0, commits v1 | A destroys nothing, commits v0 + a: b is lost
 *
 * The same argument holds for a standing intent and all its commits: whoever commits in between has destroyed it first.
 *
 * The requests of others are carried along. The copy names them, and goes on naming them until their owners know, so
 * whoever comes next neither applies one twice nor forgets one, however the commit ended.
 */
export async function attemptCommit(site: Site, intent: Intent, task: Task): Promise<Attempt> {
  const { intents } = intent;
  const entries = task.known ? (task.keeps ? [] : listWaiting(intents)) : destroyOthers(intent);
  const last = task.known?.last ?? readLastCommitted(site);
  const state = task.known?.state ?? readState(site);
  if (needsToSettle(state, last) && !(task.settled && isSame(state, task.settled))) {
    return { kind: 'unsettled', state };
  }
  const recovery =
    reconcile(state, last, task.interrupted?.id, task.revocable) ?? unusable(site, state, last);
  const requests = readRequests(site, intents, entries, recovery, task.unresponsive);

  const carried = requests.open.reduce((current, { edits }) => applyChange(current, edits), recovery.base);
  const isApplied = task.interrupted && wasApplied(site, task.interrupted, last, state, recovery);
  const document = isApplied ? carried : applyChange(carried, task.change);

  const owner = (state.kind === 'missing' ? undefined : state.owner) ?? site.owner;
  const isChanged = recovery.restores || document !== heldBy(state, recovery);
  // Asked in each attempt, also of a file that is restored anyway: whoever asks learns what is stored.
  const isRewritten = task.rewrites?.(document) === true && state.kind === 'valid';
  const writesFile = isChanged || isRewritten;
  const repairs: Repairs = {
    ...(isChanged && keepWhatIsLost(site, { state, last, recovery, document })),
    ...(recovery.merge && { merge: recovery.merge }),
  };
  const open = task.known?.files.find(({ identity }) => identity === state.identity);
  const record = nextRecord(intent, { last, state, recovery, document, requests });
  let known: Known | undefined;
  // A request is told to be done only where the copy tells so, too: else somebody who has read it may apply it again.
  if (writesFile || (last && recovery.copyIsOld) || requests.open.length > 0) {
    const outcome = await publish(site, intent, record, {
      isFileNew: writesFile,
      isStillRight: () =>
        !hasChanged(site, state, open) &&
        requests.open.every(({ isAlive }) => isAlive()) &&
        site.hasIntentsInPlace(),
      ...{ previous: last, owner },
    });
    if (outcome.kind !== 'published') return outcome;
    const { record: written, files } = outcome;
    // Their names are taken now; the disk can free them while it syncs the directory.
    closeLater(task.known?.files ?? []);
    known = { last: written, files, state: writesFile ? stateAfter(written, document, owner) : state };
  } else if (task.known && (!isThere(intent) || hasChanged(site, state, open))) {
    // Nothing is renamed, so nothing has failed: what a standing intent vouches for must be asked.
    return { kind: 'fenced' };
  }

  const ended = new Set([...requests.applied, ...requests.open].map(({ name }) => name));
  // Committed. Nothing below may be taken for a fence any more: a repeated change would be applied twice. The next one is
  // let in before our own fsync of the directory: whatever it builds on our state is acknowledged after a later one. But
  // not where others wait for us to tell them that they are done: they would come in to ask.
  if (!task.keeps && ended.size === 0) release(intent);
  // Also where nothing was written: what we read may still be on its way to the disk, and we are about to vouch for it.
  try {
    await durable(site);
  } catch (error) {
    if (known) closeLater(known.files);
    throw error;
  }
  for (const name of ended) if (name !== task.own) endRequest(intents, name);
  const isAwaited = entries.some(({ kind }) => kind === 'ticket');
  return { kind: 'committed', repairs, ended, known: known ?? task.known, isAwaited };
}

/** Corrupt may be half of somebody's write in place; missing may be between a foreign editor's unlink and create. */
function needsToSettle(state: FileState, last: LastCommitted | undefined): boolean {
  if (state.kind === 'missing') return last !== undefined && parseDocument(last.bytes)?.size !== 0;
  return state.kind === 'corrupt';
}

function unusable({ file }: Site, state: FileState, last: LastCommitted | undefined): never {
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

/**
 * Did an attempt that was fenced between its two renames take effect after all? Only a restoration from the
 * copy could have brought that about.
 */
function wasApplied(
  { file }: Site,
  interrupted: Interrupted,
  last: LastCommitted | undefined,
  state: FileState,
  recovery: Recovery,
): boolean {
  // Nobody has committed since: the file lacks the change, unless it is about to be restored from our own copy.
  if (last?.id === interrupted.id)
    return recovery.renewsEpoch || (state.kind === 'valid' && state.bytes.equals(last.bytes));
  // Others have committed, each on top of a readable file: no restoration, no effect.
  if (last?.epoch === interrupted.epoch) return false;
  throw unknownOutcome(file, `a change of ${file} was interrupted while the file was being restored`);
}

interface Outlook {
  last: LastCommitted | undefined;
  state: FileState;
  recovery: Recovery;
  document: Document;
  requests: { applied: Request[]; open: Request[] };
}

/** What the copy will say. The identity of the file is filled in when there is one. */
function nextRecord({ name }: Intent, { last, state, recovery, document, requests }: Outlook): LastCommitted {
  const held = heldBy(state, recovery);
  // What is restored, or put back, may never have been in the file: it is part of the state from this commit on, if that happens.
  const isRestored = (id: string) => recovery.renewsEpoch && last?.applying.includes(id);
  const applied = requests.applied.map(({ id }) => id);
  return {
    id: name,
    epoch: last && !recovery.renewsEpoch ? last.epoch : newNonce(),
    replaces: state.identity,
    replacesStale: recovery.isStale,
    identity: state.identity,
    applied: applied.filter((id) => !isRestored(id)),
    applying: [...applied.filter(isRestored), ...requests.open.map(({ id }) => id)],
    generations: withGeneration(recovery.generations, held, document, timeOf(state.identity)),
    bytes: (document === held && bytesHeld(state, last, recovery)) || serializeDocument(document),
  };
}

/** As they stand: of a key that is doubled they hold every value. */
function bytesHeld(
  state: FileState,
  last: LastCommitted | undefined,
  { restores }: Recovery,
): Buffer | undefined {
  return state.kind === 'valid' ? state.bytes : restores ? last?.bytes : undefined;
}

/** What a reader finds now; of a corrupt file, what it is about to find. */
function heldBy(state: FileState, recovery: Recovery): Document {
  return state.kind === 'valid' ? state.document : recovery.base;
}

function stateAfter(
  { identity, bytes }: LastCommitted,
  document: Document,
  owner: Ownership | undefined,
): FileState {
  return { kind: 'valid', identity, bytes, document, ...(owner && { owner }) };
}

import { renameSync } from 'node:fs';
import path from 'node:path';
import { applyChange, type Change } from '../change.js';
import { type Document, parseDocument, serializeDocument } from '../document.js';
import { errnoOf, StoreError, unknownOutcome } from '../errors.js';
import { destroyEntry, listEntries, release } from './intents.js';
import { encodeLastCommitted, type LastCommitted, readLastCommitted } from './last-committed.js';
import { newNonce } from './owner.js';
import { ioError, type Paths } from './paths.js';
import { quarantine } from './quarantine.js';
import { syncDirectory, writeDurably } from './stage.js';
import { type FileState, hasChanged, isSame, readState } from './state.js';

/** A commit that was fenced after its copy was in place and before its file was. */
export interface Pending {
  id: string;
  epoch: string;
}

export type Attempt =
  /** Durable; `restored` says what was repaired on the way. */
  | { kind: 'committed'; restored?: { quarantine: string; reason: string } }
  /** Somebody came later and destroyed our intent: nothing was changed, start again with fresh state. */
  | { kind: 'fenced'; pending?: Pending }
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
 * @param settled the state that was seen unchanged for long enough to act upon, if the last attempt was unsettled
 * @param pending the earlier attempt of this very change that was fenced between the two renames
 */
export async function attemptCommit(
  paths: Paths,
  intent: string,
  change: Change,
  settled: FileState | undefined,
  pending: Pending | undefined,
): Promise<Attempt> {
  destroyOthers(paths, intent);
  const last = readLastCommitted(paths.last);
  const state = readState(paths.file);
  if (needsToSettle(state, last) && !(settled && isSame(state, settled))) {
    return { kind: 'unsettled', state };
  }

  const base = baseOf(paths, state, last);
  const restored =
    state.kind === 'corrupt'
      ? { reason: state.reason, quarantine: quarantine(paths, state.bytes) }
      : undefined;
  const document = pending && wasApplied(paths, pending, last, state) ? base : applyChange(base, change);
  if (document === base && !restored) {
    // Nothing to write. What we read may still be on its way to the disk, and we are about to vouch for it.
    release(intent);
    await syncDirectory(paths.directory);
    return { kind: 'committed' };
  }

  const bytes = serializeDocument(document);
  const copy: LastCommitted = {
    id: path.basename(intent),
    epoch: restored || !last ? newNonce() : last.epoch,
    bytes,
  };
  const attempt = await publish(paths, intent, copy, state);
  return attempt.kind === 'committed' && restored ? { ...attempt, restored } : attempt;
}

function destroyOthers(paths: Paths, intent: string): void {
  const own = path.basename(intent);
  for (const entry of listEntries(paths.intents)) {
    if (entry.ticket === undefined && entry.name !== own) destroyEntry(path.join(paths.intents, entry.name));
  }
}

/** Corrupt may be half of somebody's write in place; missing may be between a foreign editor's unlink and create. */
function needsToSettle(state: FileState, last: LastCommitted | undefined): boolean {
  if (state.kind === 'missing') return last !== undefined && parseDocument(last.bytes)?.size !== 0;
  return state.kind === 'corrupt';
}

/** A readable file always wins, and so does a missing one: only a corrupt file yields to the copy. */
function baseOf(paths: Paths, state: FileState, last: LastCommitted | undefined): Document {
  if (state.kind === 'valid') return state.document;
  if (state.kind === 'missing') return new Map();
  const base = last && parseDocument(last.bytes);
  if (base) return base;
  throw new StoreError(
    'E_CORRUPT',
    `${paths.file} can't be used (${state.reason}), nor can its copy ${paths.last}`,
    {
      definite: true,
      file: paths.file,
      hint: 'Nothing was written. Repair the file, or remove it to start empty',
    },
  );
}

/**
 * Did an attempt that was fenced between its two renames take effect after all? Only a restoration from the
 * copy could have brought that about.
 */
function wasApplied(
  paths: Paths,
  pending: Pending,
  last: LastCommitted | undefined,
  state: FileState,
): boolean {
  // Nobody has committed since: the file lacks the change, unless it is about to be restored from our own copy.
  if (last?.id === pending.id)
    return state.kind === 'corrupt' || (state.kind === 'valid' && state.bytes.equals(last.bytes));
  // Others have committed, each on top of a readable file: no restoration, no effect.
  if (last?.epoch === pending.epoch) return false;
  throw unknownOutcome(
    paths.file,
    `a change of ${paths.file} was interrupted while the file was being restored`,
  );
}

/** Stages both files in the intent and renames them out of it: the copy first, then the file. */
async function publish(paths: Paths, intent: string, copy: LastCommitted, read: FileState): Promise<Attempt> {
  const stagedFile = path.join(intent, 'new');
  const stagedCopy = path.join(intent, 'copy');
  try {
    await writeDurably([
      { place: stagedFile, bytes: copy.bytes },
      { place: stagedCopy, bytes: encodeLastCommitted(copy) },
    ]);
    // A foreign writer, who knows no intents, may have changed the file meanwhile: its change is not ours to drop.
    if (hasChanged(paths.file, read)) return { kind: 'fenced' };
    renameSync(stagedCopy, paths.last);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return { kind: 'fenced' };
    throw error instanceof StoreError ? error : ioError('prepare a change of', paths.file, error);
  }

  // The copy is in place: from here on the change can be restored from it, so it may never be called failed.
  try {
    renameSync(stagedFile, paths.file);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return { kind: 'fenced', pending: { id: copy.id, epoch: copy.epoch } };
    throw notDurable(paths.file, error);
  }

  // Committed. Nothing below may be taken for a fence any more: a repeated change would be applied twice. The next one is
  // let in before our own fsync of the directory: whatever it builds on our state is acknowledged after a later one.
  release(intent);
  try {
    await syncDirectory(paths.directory);
  } catch (error) {
    throw notDurable(paths.file, error);
  }
  return { kind: 'committed' };
}

function notDurable(file: string, cause: unknown): StoreError {
  return unknownOutcome(
    file,
    `a change of ${file} may not be durable: ${errnoOf(cause) ?? String(cause)}`,
    cause,
  );
}

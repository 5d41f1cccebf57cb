import { renameSync } from 'node:fs';
import path from 'node:path';
import { errnoOf, StoreError, unknownOutcome } from '../errors.js';
import { encodeLastCommitted, type LastCommitted } from './last-committed.js';
import { ioError, type Paths } from './paths.js';
import { closeLater, flushAll, type Staged, stage } from './stage.js';

export type Publication =
  | { kind: 'published'; record: LastCommitted }
  | { kind: 'fenced'; pending?: { id: string; epoch: string } };

export interface Plan {
  /** False where the copy alone is to be written. */
  isFileNew: boolean;
  /** Asked when all is staged: a foreign writer, who knows no intents, may have changed the file meanwhile. */
  isStillRight: () => boolean;
}

/**
 * Stages the file and its copy in the intent and renames them out of it: the copy first, then the file. The directory is
 * not synced yet.
 */
export async function publish(
  paths: Paths,
  intent: string,
  record: LastCommitted,
  { isFileNew, isStillRight }: Plan,
): Promise<Publication> {
  const stagedFile = path.join(intent, 'new');
  const stagedCopy = path.join(intent, 'copy');
  const staged: Staged[] = [];
  const add = (place: string, bytes: Uint8Array) => {
    const file = stage(place, bytes);
    staged.push(file);
    return file;
  };
  try {
    const written = isFileNew
      ? { ...record, identity: add(stagedFile, record.bytes).identity }
      : record;
    add(stagedCopy, encodeLastCommitted(written));
    await flushAll(staged);
    if (!isStillRight()) return { kind: 'fenced' };
    renameSync(stagedCopy, paths.last);
    return isFileNew ? replaceFile(paths, stagedFile, written) : { kind: 'published', record: written };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return { kind: 'fenced' };
    throw error instanceof StoreError ? error : ioError('prepare a change of', paths.file, error);
  } finally {
    closeLater(staged);
  }
}

/** The copy is in place: from here on the change can be restored from it, so it may never be called failed. */
function replaceFile(paths: Paths, stagedFile: string, record: LastCommitted): Publication {
  try {
    renameSync(stagedFile, paths.file);
    return { kind: 'published', record };
  } catch (error) {
    const { id, epoch } = record;
    if (errnoOf(error) === 'ENOENT') return { kind: 'fenced', pending: { id, epoch } };
    const reason = errnoOf(error) ?? String(error);
    throw unknownOutcome(paths.file, `a change of ${paths.file} could not be put in place: ${reason}`, error);
  }
}

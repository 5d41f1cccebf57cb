import { renameSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ioError } from '../../../errors/io-error.js';
import { errnoOf, StoreError, unknownOutcome } from '../../../errors/store-error.js';
import type { Directory } from '../../../surroundings/directory.js';
import type { Ownership } from '../disk/ownership.js';
import type { Site } from '../disk/site.js';
import { closeLater, flushAll, type Staged, stage, syncDirectory } from '../disk/stage.js';
import type { Intent } from '../queue/intents.js';
import { encodeLastCommitted, type LastCommitted } from './last-committed.js';
import type { Fenced } from './task.js';

export type Publication =
  /** The files are still open. While they are, to replace them frees no blocks, which would take as long as a rename itself. */
  { kind: 'published'; record: LastCommitted; files: Staged[] } | Fenced;

export interface Plan {
  /** False where the copy alone is to be written. */
  isFileNew: boolean;
  /** Called when all is staged: a foreign writer, which knows no intents, may have changed the file meanwhile. */
  isStillRight: () => boolean;
  /** What the copy says now. */
  previous: LastCommitted | undefined;
  /** The user that the file and its copy must belong to. */
  owner: Ownership | undefined;
}

/**
 * Stages the file and its copy in the intent and renames them out of it: the copy first, then the file. The directory is
 * not synced yet.
 */
export async function publish(
  site: Site,
  { directory: intent }: Intent,
  record: LastCommitted,
  { isFileNew, isStillRight, previous, owner }: Plan,
): Promise<Publication> {
  const stagedFile = intent.at('new');
  const stagedCopy = intent.at('copy');
  const files: Staged[] = [];
  const add = (place: string, bytes: Uint8Array) => {
    const file = stage(place, bytes, owner);
    files.push(file);
    return file;
  };
  let isCopyNew = false;
  let isPublished = false;
  try {
    const written = isFileNew ? { ...record, identity: add(stagedFile, record.bytes).identity } : record;
    add(stagedCopy, encodeLastCommitted(written, site.format.name));
    await flushAll(files);
    if (!isStillRight()) return { kind: 'fenced', isOvertaken: true };
    await rename(stagedCopy, site.last);
    isCopyNew = true;
    if (isFileNew) {
      await rename(stagedFile, site.place);
    }
    isPublished = true;
    return { kind: 'published', record: written, files };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') {
      const { id, epoch } = record;
      return { kind: 'fenced', interrupted: isCopyNew && isFileNew ? { id, epoch } : undefined };
    }
    if (isCopyNew) await undo(site, intent, { previous, owner }, error);
    throw error instanceof StoreError ? error : ioError('change', site.file, error);
  } finally {
    if (!isPublished) closeLater(files);
  }
}

/**
 * The copy is in place, and the file can't be put in place. The change could still be restored from the copy, so the copy is
 * put back as it was, from the intent like all else. @throws StoreError `E_UNKNOWN` where that fails, too
 */
async function undo(
  site: Site,
  intent: Directory,
  { previous, owner }: Pick<Plan, 'previous' | 'owner'>,
  cause: unknown,
): Promise<void> {
  try {
    if (previous) {
      const place = intent.at('undone');
      const staged = stage(place, encodeLastCommitted(previous, site.format.name), owner);
      await flushAll([staged]).finally(() => closeLater([staged]));
      await rename(place, site.last);
    } else {
      await rename(site.last, intent.at('undone'));
    }
    // Otherwise a power cut could leave the copy of a change that was reported to have failed.
    await syncDirectory(site.directory);
  } catch {
    const reason = errnoOf(cause) ?? String(cause);
    throw unknownOutcome(site.file, `a change of ${site.file} could not be put in place: ${reason}`, cause);
  }
}

const renameTries = 5;
const renamePauseMs = 10;

/**
 * On Windows a file can't be replaced while another program, such as a virus scanner, has it open without sharing it. Each
 * try is as fenced as the first. Elsewhere these errors last, and a short wait does no harm.
 */
async function rename(from: string, to: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      renameSync(from, to);
      return;
    } catch (error) {
      if (tries === renameTries || !/^(?:EPERM|EACCES|EBUSY)$/.test(errnoOf(error) ?? '')) throw error;
    }
    await sleep(renamePauseMs * 2 ** tries);
  }
}

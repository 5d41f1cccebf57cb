import type { Document } from '../../document/document.js';
import type { Ownership } from '../disk/ownership.js';
import type { Site } from '../disk/site.js';
import { closeLater } from '../disk/stage.js';
import { type FileState, hasChanged, type OpenFile } from '../disk/state.js';
import { type Intent, isThere } from '../queue/intents.js';
import type { Draft } from './draft.js';
import type { LastCommitted } from './last-committed.js';
import { type Basis, nextRecord } from './next-record.js';
import { publish } from './publish.js';
import type { Fenced, Known, ReplacedFile, Task } from './task.js';

/** What is in place now. The directory is not synced yet. */
export interface Written {
  kind: 'written';
  /** Undefined where nothing was written. */
  known: Known | undefined;
  replaced: ReplacedFile | undefined;
}

/** Nothing is renamed, so no rename can fail. Whether a held intent still stands, and the file with it, must be asked. */
export function confirm(site: Site, intent: Intent, task: Task): Written | Fenced {
  const known = vouchedFor(task);
  const isStillTrue = !known || (isThere(intent) && !hasChanged(site, known.state, openFile(known)));
  return isStillTrue ? { kind: 'written', known: undefined, replaced: undefined } : { kind: 'fenced' };
}

/**
 * Stages what is new, and renames it into place.
 * @param read the file, where it was opened to be read and is to be looked back at
 */
export async function write(
  site: Site,
  intent: Intent,
  task: Task,
  { basis, document, parts }: Draft,
  read: OpenFile | undefined,
): Promise<Written | Fenced> {
  const { state, last, requests } = basis;
  const before = vouchedFor(task);
  const open = before && openFile(before);
  const owner = (state.kind === 'missing' ? undefined : state.owner) ?? site.owner;
  const isFileNew = parts === 'file and copy';
  const outcome = await publish(site, intent, nextRecord(intent, basis, document, site.format), {
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
  if (!isFileNew) {
    const known = { last: record, files: old ? [...files, old] : files, state };
    return { kind: 'written', known, replaced: undefined };
  }
  const known = { last: record, files, state: stateAfter(record, document, owner) };
  return { kind: 'written', known, replaced: old && replacedBy(basis, old) };
}

/** A held intent vouches for what its last commit left. */
export function vouchedFor(task: Task): Known | undefined {
  return task.kind === 'fresh' ? undefined : task.known;
}

/** The file of the last commit, which a held intent keeps open. Undefined where that commit wrote the copy alone. */
export function openFile({ state, files }: Known): OpenFile | undefined {
  return files.find(({ identity }) => identity === state.identity);
}

/** Undefined where there was no file. */
export function replacedBy(
  { state, recovery }: Pick<Basis, 'state' | 'recovery'>,
  open: OpenFile,
): ReplacedFile | undefined {
  if (state.kind === 'missing') return undefined;
  // Of a torn file: what ought to have been there.
  const document = state.kind === 'valid' ? state.document : recovery.base;
  return { open, bytes: state.bytes, document };
}

function stateAfter(
  { identity, bytes }: LastCommitted,
  document: Document,
  owner: Ownership | undefined,
): FileState {
  return { kind: 'valid', identity, bytes, document, owner };
}

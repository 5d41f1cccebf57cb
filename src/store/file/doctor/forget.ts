import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  futimesSync,
  openSync,
  renameSync,
  rmdirSync,
} from 'node:fs';
import path from 'node:path';
import { type Document, serializeDocument } from '../../document.js';
import { errnoOf, StoreError } from '../../errors.js';
import { readAll } from '../../reading.js';
import { FileBackend } from '../backend.js';
import { readLastCommitted } from '../commit/last-committed.js';
import { type Ownership, ownershipOf } from '../commit/ownership.js';
import { stage, syncDirectoryNow } from '../commit/stage.js';
import { unlinkIfThere } from '../lease/intents.js';
import { newNonce } from '../lease/owner.js';
import { ioError, type Paths, resolvePaths } from '../paths.js';
import { namesIn } from './names-in.js';
import { readableOf } from './recoverable.js';

/** What was forgotten in a damaged state of the file that was kept beside it. */
export interface ForgottenIn {
  /** The name of the kept file. */
  name: string;
  forgotten: string[];
  /** What is left, in a readable document in its place. Where nothing is, the file is gone. */
  kept: string[];
  /** How many bytes at its end could not be read, and are gone: what was meant may have been in there. */
  droppedBytes: number;
}

export interface Forgotten {
  /** What was removed from the file, and from its copy. */
  fromFile: string[];
  fromKept: ForgottenIn[];
  /** Names that are no plain files, and were left alone: nothing that was kept. */
  left: string[];
}

/** Where entries that are meant stand beside the file: as `forgetEntries` would find them. */
export interface Leftover {
  name: string;
  keys: string[];
  /** Its end can't be read, and has the name in it. */
  isDamaged: boolean;
}

type IsMeant = (key: string) => boolean;

export interface ForgetOptions {
  /** In the damaged part of a kept file no key can be told: such a text in it counts as one that is meant. */
  text: string;
  deadlineMs?: number;
}

/** The kept states in which an entry stands, or may stand. Changes nothing. */
export function listLeftovers(file: string, isMeant: IsMeant, text: string): Leftover[] {
  return keptOf(resolvePaths(file)).kept.flatMap(({ name, bytes }) => {
    const { forgotten, damage } = without(bytes, isMeant);
    const isDamaged = damage.includes(text);
    return forgotten.length > 0 || isDamaged ? [{ name, keys: forgotten, isDamaged }] : [];
  });
}

/**
 * Removes entries from all that the store keeps: from the file and its copy by a commit like any other, and from every kept
 * state, one by one. Of a kept state that is damaged the damaged part goes, for what can't be read can't be told to be free
 * of the entry; what can be read stays, in a document in its place.
 *
 * @returns undefined, with nothing changed, where there is no such entry anywhere
 * @throws StoreError as a commit does; then the kept states are as they were
 */
export async function forgetEntries(
  file: string,
  isMeant: IsMeant,
  { text, deadlineMs = 10_000 }: ForgetOptions,
): Promise<Forgotten | undefined> {
  const paths = resolvePaths(file);
  const isKept = listLeftovers(file, isMeant, text).length > 0;
  // Nothing can be read of a damaged copy, so it is to be written anew.
  const isCopyOpaque = bytesOf(paths.last) !== undefined && readLastCommitted(paths.last) === undefined;
  const fromFile = await commitWithout(file, isMeant, isKept && isCopyOpaque, deadlineMs);
  // After the commit, which may itself have kept a state that it found damaged.
  if (fromFile.length === 0 && listLeftovers(file, isMeant, text).length === 0) return undefined;
  const { kept, left } = keptOf(paths);
  const fromKept = kept.flatMap(({ name, bytes, changedMs }) => {
    const { forgotten, rest, damage } = without(bytes, isMeant);
    if (forgotten.length === 0 && damage.length === 0) return [];
    replaceKept(paths, name, rest, changedMs);
    return [{ name, forgotten, kept: [...rest.keys()], droppedBytes: damage.length }];
  });
  if (fromKept.length > 0) syncDirectoryNow(paths.directory);
  return { fromFile, fromKept, left };
}

/**
 * Removes the file and all that is kept beside it. First by a commit of nothing, so that no process that is at work puts back
 * what it still holds.
 * @returns the names of what was removed, and of what was left because it is no plain file
 */
export async function forgetAll(
  file: string,
  deadlineMs = 10_000,
): Promise<{ removed: string[]; left: string[] }> {
  const paths = resolvePaths(file);
  try {
    await commitWithout(file, () => true, true, deadlineMs);
  } catch (error) {
    // Neither the file nor its copy can be used: they go all the same.
    if (!(error instanceof StoreError) || error.code !== 'E_CORRUPT') throw error;
  }
  const removed: string[] = [];
  const { kept, left } = keptOf(paths);
  const own = [paths.file, paths.last]
    .filter((place) => bytesOf(place) !== undefined)
    .map((place) => path.basename(place));
  for (const name of [...own, ...kept.map(({ name }) => name)]) {
    unlinkIfThere(path.join(paths.directory, name));
    removed.push(name);
  }
  for (const directory of [paths.intents, `${paths.file}.refresh`]) removeIfEmpty(directory);
  syncDirectoryNow(paths.directory);
  return { removed, left };
}

async function commitWithout(
  file: string,
  isMeant: IsMeant,
  always: boolean,
  deadlineMs: number,
): Promise<string[]> {
  const backend = new FileBackend(file, { leaseMs: 1000, queues: true, onEvent: () => {} });
  let forgotten: string[] = [];
  try {
    await backend.transact((current) => {
      forgotten = [...current.keys()].filter(isMeant);
      if (forgotten.length === 0 && !always) return current;
      return new Map([...current].filter(([key]) => !isMeant(key)));
    }, performance.now() + deadlineMs);
  } finally {
    await backend.close();
  }
  return forgotten;
}

/** A kept state, taken apart. Pure. */
function without(bytes: Buffer, isMeant: IsMeant): { forgotten: string[]; rest: Document; damage: Buffer } {
  const { entries, readableBytes } = readableOf(bytes);
  const forgotten = [...entries.keys()].filter(isMeant);
  const rest = new Map([...entries].filter(([key]) => !isMeant(key)));
  return { forgotten, rest, damage: bytes.subarray(readableBytes) };
}

// From here on the file system.

interface Kept {
  name: string;
  bytes: Buffer;
  changedMs: number;
}

function keptOf(paths: Paths): { kept: Kept[]; left: string[] } {
  const prefix = `${path.basename(paths.file)}.corrupt-`;
  const left: string[] = [];
  const kept = namesIn(paths.directory)
    .filter((name) => name.startsWith(prefix))
    .flatMap((name) => {
      const found = bytesOf(path.join(paths.directory, name));
      if (found === undefined) left.push(name);
      return found === undefined ? [] : [{ name, ...found }];
    });
  return { kept, left };
}

/** Of a plain file, and of nothing else: no pipe is waited for, and no link followed. Undefined where there is none. */
function bytesOf(place: string): { bytes: Buffer; changedMs: number } | undefined {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  let descriptor: number;
  try {
    descriptor = openSync(place, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    if (/^(ENOENT|ELOOP|ENXIO|EMLINK)$/.test(errnoOf(error) ?? '')) return undefined;
    throw ioError('read', place, error);
  }
  try {
    const stats = fstatSync(descriptor);
    return stats.isFile() ? { bytes: readAll(descriptor, stats.size), changedMs: stats.mtimeMs } : undefined;
  } finally {
    closeSync(descriptor);
  }
}

/** By a rename: there is no moment at which what stays is gone. */
function replaceKept(paths: Paths, name: string, rest: Document, changedMs: number): void {
  const place = path.join(paths.directory, name);
  if (rest.size === 0) {
    unlinkIfThere(place);
    return;
  }
  const staged = `${place}-${newNonce()}`;
  try {
    const owner: Ownership | undefined = ownershipOf(place);
    const { descriptor } = stage(staged, serializeDocument(rest), owner);
    try {
      // When it was damaged is worth knowing.
      futimesSync(descriptor, changedMs / 1000, changedMs / 1000);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(staged, place);
  } catch (error) {
    unlinkIfThere(staged);
    throw ioError('replace', place, error);
  }
}

/** What others still need is left. */
function removeIfEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    // Not empty, or not there: it holds no entry of ours either way.
  }
}

import { closeSync, fsyncSync, futimesSync, renameSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import { ioError } from '../../../errors/io-error.js';
import { StoreError } from '../../../errors/store-error.js';
import { byValue, serializeDocument } from '../../document/document.js';
import { readDamaged } from '../../tolerant/read.js';
import { FileBackend } from '../backend.js';
import { decodeLastCommitted } from '../commit/last-committed.js';
import { type Site, Sites } from '../disk/site.js';
import { stage } from '../disk/stage.js';
import { unlinkIfThere } from '../queue/intents.js';
import { newNonce } from '../queue/owner.js';
import { type Kept, keptStates, readKept } from './kept.js';

/** What was removed from a state of the file that was kept beside it. */
export interface ForgottenIn {
  /** The name of the kept file. */
  name: string;
  forgotten: string[];
  /** The keys that are left, in a readable document in its place. If there are none, the kept file was removed. */
  kept: string[];
  /** How many bytes could not be read, or were comments, and were removed: the entry may have been among them. */
  droppedBytes: number;
}

export interface Forgotten {
  /** The keys that were removed from the file and its copy. */
  fromFile: string[];
  fromKept: ForgottenIn[];
  /** Names that are no plain files, and were left alone: the store did not make them. */
  left: string[];
}

/** A kept file that holds entries to remove, as `forgetEntries` would find it. */
export interface Leftover {
  name: string;
  keys: string[];
  /** The name occurs in a part that can't be read, or in a comment. */
  isDamaged: boolean;
}

type IsMeant = (key: string) => boolean;

export interface ForgetOptions {
  /** See `StoreOptions`. */
  allowUnsafe?: boolean;
  /** The same. */
  isOpaque?: (value: unknown) => boolean;
  deadlineMs?: number;
}

/** The kept states that hold an entry, or may hold it. Changes nothing. @param text see `forgetEntries` */
export function listLeftovers(
  file: string,
  isMeant: IsMeant,
  text: string,
  { allowUnsafe }: Pick<ForgetOptions, 'allowUnsafe'> = {},
): Leftover[] {
  const site = new Sites(file, allowUnsafe).find();
  if (!site) return [];
  try {
    return leftoversAt(site, isMeant, text);
  } finally {
    site.release();
  }
}

/**
 * Removes entries from all that the store keeps: from the file and its copy by a commit like any other, and from every kept
 * state, one by one. The damaged part of a kept state is removed, because it may hold the entry. The readable part stays, in a
 * document in its place.
 *
 * @param text no key can be read in the damaged part of a kept file, so this text in it counts as the entry
 * @returns undefined, with nothing changed, where there is no such entry anywhere
 * @throws StoreError as a commit does. The kept states are then unchanged
 */
export async function forgetEntries(
  file: string,
  isMeant: IsMeant,
  text: string,
  options: ForgetOptions = {},
): Promise<Forgotten | undefined> {
  return inSite(file, options, async (site) => {
    const isKept = leftoversAt(site, isMeant, text).length > 0;
    // A damaged copy can't be read at all, so it must be written anew.
    const copy = readKept(site, site.nameOf('last'));
    const isCopyOpaque = copy !== undefined && decodeLastCommitted(copy.bytes) === undefined;
    const fromFile = await commitWithout(file, isMeant, isKept && isCopyOpaque, options);
    // After the commit, which may itself have kept a state that it found damaged.
    if (fromFile.length === 0 && leftoversAt(site, isMeant, text).length === 0) return undefined;
    const { kept, left } = keptStates(site);
    const fromKept = kept.flatMap((state) => {
      const { forgotten, rest, damage, remarks } = without(state.bytes, isMeant);
      if (forgotten.length === 0 && damage.length === 0 && !remarks.includes(text)) return [];
      replaceKept(site, state, rest);
      const droppedBytes = damage.length + remarks.length;
      return [{ name: state.name, forgotten, kept: namesOf(rest), droppedBytes }];
    });
    if (fromKept.length > 0) site.directory.sync();
    return { fromFile, fromKept, left };
  });
}

/**
 * Removes the file and all that is kept beside it. An empty commit comes first, so that no process that is at work puts back
 * what it still holds.
 * @returns the names that were removed, and those that were left because they are no plain files
 */
export async function forgetAll(
  file: string,
  options: ForgetOptions = {},
): Promise<{ removed: string[]; left: string[] }> {
  const forgotten = await inSite(file, options, async (site) => {
    try {
      await commitWithout(file, () => true, true, options);
    } catch (error) {
      // Neither the file nor its copy can be used. They are removed all the same.
      if (!(error instanceof StoreError) || error.code !== 'E_CORRUPT') throw error;
    }
    const { kept, left } = keptStates(site);
    const own = [site.location.name, site.nameOf('last'), site.nameOf('guard.jsonl')].filter(
      (name) => readKept(site, name) !== undefined,
    );
    const removed = [...own, ...kept.map(({ name }) => name)];
    for (const name of removed) unlinkIfThere(site.directory.at(name), path.join(site.directory.path, name));
    for (const suffix of ['intents', 'refresh']) removeIfEmpty(site.directory.at(site.nameOf(suffix)));
    site.directory.sync();
    return { removed, left };
  });
  return forgotten ?? { removed: [], left: [] };
}

/** Undefined where the directory of the file is missing. */
async function inSite<T>(
  file: string,
  { allowUnsafe }: ForgetOptions,
  use: (site: Site) => Promise<T>,
): Promise<T | undefined> {
  const site = new Sites(file, allowUnsafe).find();
  try {
    return site && (await use(site));
  } finally {
    site?.release();
  }
}

function leftoversAt(site: Site, isMeant: IsMeant, text: string): Leftover[] {
  return keptStates(site).kept.flatMap(({ name, bytes }) => {
    const { forgotten, damage, remarks } = without(bytes, isMeant);
    const isDamaged = damage.includes(text) || remarks.includes(text);
    return forgotten.length > 0 || isDamaged ? [{ name, keys: forgotten, isDamaged }] : [];
  });
}

async function commitWithout(
  file: string,
  isMeant: IsMeant,
  always: boolean,
  { allowUnsafe = false, isOpaque, deadlineMs = 10_000 }: ForgetOptions,
): Promise<string[]> {
  const quiet = { onEvent: () => {}, isOpaque: byValue(isOpaque) };
  const backend = new FileBackend(file, { leaseMs: 1000, queues: true, allowUnsafe, ...quiet });
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

interface Split {
  forgotten: string[];
  /** In the order of the file. A key may come more than once, and each value may be wanted. */
  rest: [key: string, raw: string][];
  damage: Buffer;
  /** Comments, and lines of a merge tool. */
  remarks: Buffer;
}

/** Takes a kept state apart. Pure. */
function without(bytes: Buffer, isMeant: IsMeant): Split {
  const { entries, unread, remarks } = readDamaged(bytes);
  const piece = ({ from, to }: { from: number; to: number }) => bytes.subarray(from, to);
  return {
    forgotten: namesOf(entries.filter(({ key }) => isMeant(key)).map(({ key, raw }) => [key, raw])),
    rest: entries.filter(({ key }) => !isMeant(key)).map(({ key, raw }) => [key, raw]),
    damage: Buffer.concat(unread.map(piece)),
    remarks: Buffer.concat(remarks.map(piece)),
  };
}

function namesOf(entries: Split['rest']): string[] {
  return [...new Set(entries.map(([key]) => key))];
}

/** Replaces by a rename, so that what stays is there at every moment. */
function replaceKept({ directory }: Site, { name, changedMs, owner }: Kept, rest: Split['rest']): void {
  const place = path.join(directory.path, name);
  if (rest.length === 0) {
    unlinkIfThere(directory.at(name), place);
    return;
  }
  const staged = directory.at(`${name}-${newNonce()}`);
  try {
    const { descriptor } = stage(staged, serializeDocument(rest), owner);
    try {
      // The time of the damage is worth keeping.
      futimesSync(descriptor, changedMs / 1000, changedMs / 1000);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(staged, directory.at(name));
  } catch (error) {
    unlinkIfThere(staged, place);
    throw ioError('replace', place, error);
  }
}

/** Leaves a directory that others still need. */
function removeIfEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    // Not empty, or missing: it holds no entry of ours either way.
  }
}

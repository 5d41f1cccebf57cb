import { closeSync, fsyncSync, futimesSync, renameSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import { serializeDocument } from '../../document.js';
import { StoreError } from '../../errors.js';
import { ioError } from '../../io-error.js';
import { readDamaged } from '../../tolerant/read.js';
import { FileBackend } from '../backend.js';
import { decodeLastCommitted } from '../commit/last-committed.js';
import { type Site, Sites } from '../disk/site.js';
import { stage } from '../disk/stage.js';
import { unlinkIfThere } from '../queue/intents.js';
import { newNonce } from '../queue/owner.js';
import { type Kept, keptStates, readKept } from './kept.js';

/** What was forgotten in a state of the file that was kept beside it. */
export interface ForgottenIn {
  /** The name of the kept file. */
  name: string;
  forgotten: string[];
  /** What is left, in a readable document in its place. Where nothing is, the file is gone. */
  kept: string[];
  /** How many bytes could not be read, or were comments, and are gone: what was meant may have been in there. */
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
  /** What can't be read of it, or a comment, has the name in it. */
  isDamaged: boolean;
}

type IsMeant = (key: string) => boolean;

export interface ForgetOptions {
  /** As of `StoreOptions`. */
  allowUnsafe?: boolean;
  deadlineMs?: number;
}

/** The kept states in which an entry stands, or may stand. Changes nothing. @param text as of `forgetEntries` */
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
 * state, one by one. Of a kept state that is damaged the damaged part goes, for what can't be read can't be told to be free
 * of the entry; what can be read stays, in a document in its place.
 *
 * @param text in the damaged part of a kept file no key can be told: such a text in it counts as one that is meant
 * @returns undefined, with nothing changed, where there is no such entry anywhere
 * @throws StoreError as a commit does; then the kept states are as they were
 */
export async function forgetEntries(
  file: string,
  isMeant: IsMeant,
  text: string,
  options: ForgetOptions = {},
): Promise<Forgotten | undefined> {
  return inSite(file, options, async (site) => {
    const isKept = leftoversAt(site, isMeant, text).length > 0;
    // Nothing can be read of a damaged copy, so it is to be written anew.
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
 * Removes the file and all that is kept beside it. First by a commit of nothing, so that no process that is at work puts back
 * what it still holds.
 * @returns the names of what was removed, and of what was left because it is no plain file
 */
export async function forgetAll(
  file: string,
  options: ForgetOptions = {},
): Promise<{ removed: string[]; left: string[] }> {
  const forgotten = await inSite(file, options, async (site) => {
    try {
      await commitWithout(file, () => true, true, options);
    } catch (error) {
      // Neither the file nor its copy can be used: they go all the same.
      if (!(error instanceof StoreError) || error.code !== 'E_CORRUPT') throw error;
    }
    const { kept, left } = keptStates(site);
    const own = [site.location.name, site.nameOf('last')].filter(
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

/** Undefined where not even its directory is there. */
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
  { allowUnsafe = false, deadlineMs = 10_000 }: ForgetOptions,
): Promise<string[]> {
  const backend = new FileBackend(file, { leaseMs: 1000, queues: true, allowUnsafe, onEvent: () => {} });
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

interface Parts {
  forgotten: string[];
  /** In the order of the file; the same key may come more than once, and each may be what somebody looks for. */
  rest: [key: string, raw: string][];
  damage: Buffer;
  /** Comments, and lines of a merge. */
  remarks: Buffer;
}

/** A kept state, taken apart. Pure. */
function without(bytes: Buffer, isMeant: IsMeant): Parts {
  const { entries, unread, remarks } = readDamaged(bytes);
  const piece = ({ from, to }: { from: number; to: number }) => bytes.subarray(from, to);
  return {
    forgotten: namesOf(entries.filter(({ key }) => isMeant(key)).map(({ key, raw }) => [key, raw])),
    rest: entries.filter(({ key }) => !isMeant(key)).map(({ key, raw }) => [key, raw]),
    damage: Buffer.concat(unread.map(piece)),
    remarks: Buffer.concat(remarks.map(piece)),
  };
}

function namesOf(entries: Parts['rest']): string[] {
  return [...new Set(entries.map(([key]) => key))];
}

/** By a rename: there is no moment at which what stays is gone. */
function replaceKept({ directory }: Site, { name, changedMs, owner }: Kept, rest: Parts['rest']): void {
  const place = path.join(directory.path, name);
  if (rest.length === 0) {
    unlinkIfThere(directory.at(name), place);
    return;
  }
  const staged = directory.at(`${name}-${newNonce()}`);
  try {
    const { descriptor } = stage(staged, serializeDocument(rest), owner);
    try {
      // When it was damaged is worth knowing.
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

/** What others still need is left. */
function removeIfEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    // Not empty, or not there: it holds no entry of ours either way.
  }
}

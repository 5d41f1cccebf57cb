import {
  closeSync,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  unlinkSync,
} from 'node:fs';
import path from 'node:path';
import { ioError } from '../../../errors/io-error.js';
import { errnoOf } from '../../../errors/store-error.js';
import type { Directory } from '../../../surroundings/directory.js';
import { makePrivate } from '../../../surroundings/private-directory.js';
import { unsafe } from '../../../surroundings/unsafe.js';
import { type Site, SiteGone } from '../disk/site.js';
import { stage } from '../disk/stage.js';
import { endedName, newIntentName, newTicketName, parseEntry, type QueueEntry } from './entry-names.js';

/** An intent of our own: a directory that only we fill, and that any process may destroy. */
export interface Intent {
  name: string;
  /** The directory of intents that it was made in. */
  intents: Directory;
  /** Held open: files are staged here and nowhere else, whatever its name leads to by then. */
  directory: Directory;
}

/** Lists the entries. One that is present during the whole call is in the result; the protocol needs no more than that. */
export function listEntries(intents: Directory | undefined): QueueEntry[] {
  return intents ? namesIn(intents).flatMap((name) => parseEntry(name) ?? []) : [];
}

/**
 * Announces a commit. Never uses `mkdir -p` on the intent itself, and never the same name twice: a holder whose intent was
 * destroyed would otherwise bring it back to life and be un-fenced.
 */
export function createIntent(site: Site, kind: 'intent' | 'standing' = 'intent'): Intent {
  const name = newIntentName(kind);
  return makeInside(site, (intents) => {
    mkdirSync(intents.at(name), { mode: 0o700 });
    const directory = openMade(intents, name);
    try {
      if (directory.stats.uid !== (process.geteuid?.() ?? directory.stats.uid)) {
        throw unsafe(site.file, `another user swaps directories in ${intents.path}`, 'Stop that user first');
      }
      makePrivate(directory, site.owner);
      return { name, intents, directory };
    } catch (error) {
      release({ name, intents, directory });
      throw error;
    }
  });
}

function openMade(intents: Directory, name: string): Directory {
  try {
    return intents.child(name);
  } catch (error) {
    // Too many files are open, say. If the intent stayed, the others would wait for it, because its process lives.
    try {
      rmdirSync(intents.at(name));
    } catch {
      // It is gone, or another's by now. The next writer removes it.
    }
    throw error;
  }
}

/** A process that destroys our intent has come after us. */
export function isThere({ name, intents }: Intent): boolean {
  return existsSync(intents.at(name));
}

/** Joins the queue. */
export function createTicket(
  site: Site,
  kind: 'ticket' | 'request',
  number: number,
  content: string,
): { intents: Directory; name: string; id: string; identity: string } {
  const { name, id } = newTicketName(kind, number);
  return makeInside(site, (intents) => {
    const { descriptor, identity } = stage(intents.at(name), Buffer.from(content), site.owner);
    closeSync(descriptor);
    return { intents, name, id, identity };
  });
}

/**
 * Answers a request: it is done. Several processes may do this, and all give the same answer. Never fails: the commit has
 * happened, and the next one answers again, because the copy goes on naming a request that is there.
 *
 * Anything but a file was put there by another program, and stays: under another name that program would not find it again.
 */
export function endRequest(intents: Directory, request: string): void {
  try {
    if (isFile(intents, request)) renameSync(intents.at(request), intents.at(endedName(request)));
  } catch {
    // Its owner has removed it, or the other name is taken. Then its owner finds out by itself when its turn comes.
  }
}

/** False where nothing is there, too. */
export function isFile(intents: Directory, name: string): boolean {
  return lstatSync(intents.at(name), { throwIfNoEntry: false })?.isFile() === true;
}

const triesMax = 100;

/** Any program may remove the directory of intents at any time, at the cost of a retry. A missing one is made again. */
function makeInside<T>(site: Site, make: (intents: Directory) => T): T {
  for (let attempt = 0; ; attempt++) {
    const intents = site.makeIntents();
    try {
      return make(intents);
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') {
        if (attempt >= triesMax) throw new SiteGone(site.file);
        site.loseIntents();
      } else throw ioErrorIn(intents.path, error);
    }
  }
}

function ioErrorIn(place: string, error: unknown): unknown {
  return errnoOf(error)?.startsWith('E_') ? error : ioError('announce a commit in', place, error);
}

/** A directory is emptied this often before it counts as being filled on purpose. */
const roundsMax = 1000;

/**
 * Removes an intent or a ticket. For an intent this is the fence: once `rmdir` has succeeded, every
 * later call through that directory fails with ENOENT, even one whose path the kernel had already
 * resolved. Renaming the directory away would not do: a rename under way still lands.
 *
 * An intent holds plain files and nothing else. Anything else in it is not ours to remove: it is left there, and the error
 * names it.
 * @param held the intent, if it is open already. A process at its limit of open files can still end its own
 */
export function destroyEntry(intents: Directory, name: string, held?: Directory): void {
  const place = intents.at(name);
  for (let round = 0; round < roundsMax; round++) {
    try {
      rmdirSync(place);
      return;
    } catch (error) {
      const code = errnoOf(error);
      if (code === 'ENOENT') return;
      if (code === 'ENOTDIR') {
        unlinkIfThere(place, path.join(intents.path, name));
        return;
      }
      // Windows reports EPERM or EBUSY for a directory that is not empty yet.
      if (code !== 'ENOTEMPTY' && code !== 'EEXIST')
        throw ioError('remove', path.join(intents.path, name), error);
    }
    if (held && round === 0) emptyIntent(held);
    else emptyByName(intents, name);
  }
  throw ioError('remove', path.join(intents.path, name), new Error('another process keeps filling it'));
}

function emptyByName(intents: Directory, name: string): void {
  let directory: Directory;
  try {
    directory = intents.child(name);
  } catch (error) {
    const code = errnoOf(error);
    // It is gone, or something else by now. The next round finds out.
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return;
    throw ioError('open', path.join(intents.path, name), error);
  }
  try {
    requireTheirs(intents, directory);
    emptyIntent(directory);
  } finally {
    directory.close();
  }
}

/** A user can move a directory of root's into their own, to have root empty it. What root makes here is given to that user. */
function requireTheirs({ descriptor = -1 }: Directory, { stats, path: place }: Directory): void {
  if (process.geteuid?.() !== 0 || stats.uid !== 0 || fstatSync(descriptor).uid === 0) return;
  throw ioError('remove', place, new Error('it belongs to root: see what it holds, and move it away'));
}

function emptyIntent(directory: Directory): void {
  for (const name of namesIn(directory)) removeFile(directory, name);
}

function removeFile(directory: Directory, name: string): void {
  const place = path.join(directory.path, name);
  try {
    unlinkSync(directory.at(name));
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT') return;
    // macOS reports EPERM for a directory.
    const isDirectory = code === 'EISDIR' || (code === 'EPERM' && process.platform === 'darwin');
    const reason =
      'it is a directory, which no commit makes, so it was left alone: see what it is, and move it away';
    throw ioError('remove', place, isDirectory ? new Error(reason, { cause: error }) : error);
  }
}

/** Ends our own intent, whatever has become of it. Never fails: that would hide how the commit itself ended. */
export function release({ name, intents, directory }: Intent): void {
  try {
    destroyEntry(intents, name, directory);
  } catch {
    // The next scan of any process removes it.
  } finally {
    directory.close();
  }
}

/** Empty where the directory was removed since it was opened. */
export function namesIn(directory: Directory): string[] {
  try {
    return readdirSync(directory.self);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw ioError('list', directory.path, error);
  }
}

/**
 * @param name the path for error messages
 * @returns whether the file was there
 */
export function unlinkIfThere(place: string, name = place): boolean {
  try {
    unlinkSync(place);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw ioError('remove', name, error);
  }
}

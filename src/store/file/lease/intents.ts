import {
  chmodSync,
  closeSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  unlinkSync,
} from 'node:fs';
import path from 'node:path';
import { errnoOf } from '../../errors.js';
import {
  giveDirectory,
  type Ownership,
  ownershipFromRoot,
  ownershipOf,
  ownershipToKeep,
} from '../commit/ownership.js';
import { stage, syncDirectoryNow } from '../commit/stage.js';
import { fileOfIntents, ioError } from '../paths.js';
import { type Entry, endedName, newIntentName, newTicketName, parseEntry } from './entry-names.js';

/** All of ours that is there now. An entry present during the whole call is in the result: the protocol needs no more of it. */
export function listEntries(directory: string): Entry[] {
  return namesIn(directory).flatMap((name) => parseEntry(name) ?? []);
}

/**
 * Announces a commit. Never `mkdir -p` on the intent itself and never the same name twice: a holder
 * whose intent was destroyed would otherwise bring it back to life and be un-fenced.
 * @returns the path of the intent
 */
export function createIntent(directory: string, kind: 'intent' | 'standing' = 'intent'): string {
  const intent = path.join(directory, newIntentName(kind));
  makeInside(directory, () => mkdirSync(intent, { mode: 0o700 }));
  try {
    const owner = ownershipFromRoot(fileOfIntents(directory));
    tighten(intent, owner);
    tighten(directory, owner);
  } catch (error) {
    release(intent);
    throw error;
  }
  return intent;
}

/** Takes a place in the queue. */
export function createTicket(
  directory: string,
  kind: 'ticket' | 'request',
  number: number,
  content: string,
): { place: string; name: string; id: string } {
  const { name, id } = newTicketName(kind, number);
  const place = path.join(directory, name);
  const owner = ownershipFromRoot(fileOfIntents(directory));
  makeInside(directory, () => closeSync(stage(place, Buffer.from(content), owner).descriptor));
  return { place, name, id };
}

/** Tells the owner of a request that it is done. All who tell it say the same. */
export function endRequest(directory: string, request: string): void {
  try {
    renameSync(path.join(directory, request), path.join(directory, endedName(request)));
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw ioError('answer a request in', directory, error);
  }
}

function makeInside(directory: string, make: () => void): void {
  for (let attempt = 0; ; attempt++) {
    try {
      make();
      return;
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT' || attempt >= 100)
        throw ioError('announce a commit in', directory, error);
    }
    makeDirectory(directory);
  }
}

/** Somebody may remove the directory of intents at any time (it costs a retry), so it is made when it is missed. */
function makeDirectory(directory: string): void {
  if (makeOne(directory)) return;
  makeDirectory(path.dirname(directory));
  // Missing again though its parent is there: a link that leads nowhere, to a disk that is not mounted, say.
  if (!makeOne(directory))
    throw ioError('create', directory, new Error('a symbolic link above it leads nowhere'));
}

/** @returns false if the parent is missing */
function makeOne(directory: string): boolean {
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return true;
    if (errnoOf(error) === 'ENOENT' && path.dirname(directory) !== directory) return false;
    throw ioError('create', directory, error);
  }
  try {
    // Ours where the file is another's, it would keep its owner out.
    tighten(directory, ownershipOfNew(directory));
  } catch (error) {
    removeIfEmpty(directory);
    throw error;
  }
  // Else a power cut could take the whole directory, and the first acknowledged write with it.
  syncDirectoryNow(path.dirname(directory));
  return true;
}

/** Of the directory of intents: whose the file is. Of one above it: whose the one above that is. */
function ownershipOfNew(directory: string): Ownership | undefined {
  const file = fileOfIntents(directory);
  return ownershipToKeep(file, file === directory ? undefined : ownershipOf(file));
}

function removeIfEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    // Others use it already.
  }
}

/** Ours alone: a directory that was there may be open to others, and a new one lacks what the umask took from us. */
function tighten(directory: string, owner: Ownership | undefined): void {
  try {
    const stats = lstatSync(directory);
    if (stats.isSymbolicLink())
      throw new Error('it is a symbolic link, and nobody but you should say where to');
    if (owner && owner.uid !== stats.uid) giveDirectory(directory, owner);
    if ((stats.mode & 0o777) !== 0o700) chmodSync(directory, 0o700);
  } catch (error) {
    // Destroyed by a successor already: what comes next will find out.
    if (errnoOf(error) !== 'ENOENT') throw ioError('make private', directory, error);
  }
}

/**
 * Removes an intent or a ticket. For an intent this is the fence: once `rmdir` has succeeded, every
 * later call through that directory fails with ENOENT, even one whose path the kernel had already
 * resolved. Renaming the directory away would not do: a rename under way still lands.
 */
export function destroyEntry(place: string): void {
  for (;;) {
    try {
      rmdirSync(place);
      return;
    } catch (error) {
      const code = errnoOf(error);
      if (code === 'ENOENT') return;
      if (code === 'ENOTDIR') break;
      // Windows says EPERM or EBUSY for a directory that is not empty yet.
      if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw ioError('remove', place, error);
    }
    // Recursive, because anybody may have put anything inside. The intent itself goes by `rmdir` alone.
    for (const name of namesIn(place)) remove(path.join(place, name));
  }
  unlinkIfThere(place);
}

/** Ends our own intent, whatever has become of it. Never fails: it must not hide how the commit itself ended. */
export function release(intent: string): void {
  try {
    destroyEntry(intent);
  } catch {
    // The next scan of any process sweeps it.
  }
}

/** Empty where there is no such directory. */
export function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw ioError('list', directory, error);
  }
}

function remove(place: string): void {
  try {
    rmSync(place, { recursive: true, force: true });
  } catch (error) {
    throw ioError('remove', place, error);
  }
}

/** @returns whether it was there */
export function unlinkIfThere(file: string): boolean {
  try {
    unlinkSync(file);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw ioError('remove', file, error);
  }
}

import { fchmodSync, fchownSync, fstatSync, mkdirSync, readdirSync, type Stats } from 'node:fs';
import path from 'node:path';
import { ioError } from '../errors/io-error.js';
import { errnoOf, StoreError } from '../errors/store-error.js';
import type { Directory } from './directory.js';
import type { Location } from './locate.js';
import { unsafe } from './unsafe.js';

/** Opens a directory beside a file for what belongs to it: mode 0700, and of the same user. */
export function openPrivate(
  { directory, trust, file }: Location,
  name: string,
  { make }: { make: boolean },
): Directory | undefined {
  const found = open(directory, name) ?? (make ? makeIn(directory, name) : undefined);
  if (!found) return undefined;
  try {
    if (!trust.trustsOwner(directory.stats, found.stats.uid)) {
      throw unsafe(
        file,
        `the directory ${found.path} belongs to user ${found.stats.uid}`,
        'Remove it: all that Holdfast needs is made anew',
      );
    }
    makePrivate(found, trust.isRoot ? directory.stats : undefined);
    return found;
  } catch (error) {
    found.close();
    throw error;
  }
}

/** Undefined where there is none. */
function open(directory: Directory, name: string): Directory | undefined {
  try {
    return directory.child(name);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw ioError('open', path.join(directory.path, name), error);
  }
}

/** Undefined where another process has removed it at once, or has removed the directory above. */
function makeIn(directory: Directory, name: string): Directory | undefined {
  try {
    mkdirSync(directory.at(name), { mode: 0o700 });
    // Otherwise a power cut could remove the whole directory, and the first acknowledged write with it.
    directory.sync();
  } catch (error) {
    const code = errnoOf(error);
    if (code !== 'EEXIST' && code !== 'ENOENT')
      throw ioError('create', path.join(directory.path, name), error);
  }
  return open(directory, name);
}

/**
 * Sets mode and owner, because an existing directory may be open to others, and the umask may have cut the mode of a new one.
 * It uses the descriptor, so that a directory that was put in its place meanwhile is not touched.
 * @param owner the user that root gives it to
 * @throws StoreError `E_UNSAFE` where it is root's and not empty: a user may have moved it here to be given its content
 */
export function makePrivate(made: Directory, owner: Pick<Stats, 'uid' | 'gid'> | undefined): void {
  const { descriptor, stats, path: place } = made;
  if (descriptor === undefined) return;
  try {
    if (owner && stats.uid === process.geteuid?.() && stats.uid !== owner.uid) {
      // Another process of root's may just have given it away, and the user may have used it.
      if (readdirSync(made.self).length > 0 && fstatSync(descriptor).uid === stats.uid) throw notEmpty(place);
      fchownSync(descriptor, owner.uid, owner.gid);
    }
    if ((stats.mode & 0o777) !== 0o700) fchmodSync(descriptor, 0o700);
  } catch (error) {
    throw error instanceof StoreError ? error : ioError('make private', place, error);
  }
}

function notEmpty(place: string): StoreError {
  return unsafe(
    place,
    'it belongs to root and is not empty, and the user in whose directory it lies may have moved it there',
    'See what is in it, and move it away',
  );
}

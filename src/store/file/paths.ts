import { lstatSync, readlinkSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { errnoOf, StoreError } from '../errors.js';

/** The places that belong to one credential file: all in the directory of the real file, so that renames stay on one mount. */
export interface Paths {
  /** The real file, symbolic links resolved. */
  file: string;
  directory: string;
  /** The directory of intents and queue tickets. */
  intents: string;
  /** The last-committed copy. */
  last: string;
}

/** The file to which a directory of intents belongs. */
export function fileOfIntents(intents: string): string {
  return intents.replace(/\.intents$/, '');
}

const linksMax = 40;

/** Resolves the file anew at each attempt: a link may have been re-pointed since. Dangling links are followed too. */
export function resolvePaths(file: string): Paths {
  const real = realFile(path.resolve(file), 0);
  return {
    file: real,
    directory: path.dirname(real),
    intents: `${real}.intents`,
    last: `${real}.last`,
  };
}

function realFile(file: string, links: number): string {
  try {
    return realpathSync.native(file);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw ioError('resolve', file, error);
  }
  // Absent: a dangling link is followed to where the file would be, a plain absence is the place itself.
  if (links > linksMax) throw ioError('resolve', file, new Error(`more than ${linksMax} symbolic links`));
  const directory = realDirectory(path.dirname(file));
  const place = path.join(directory, path.basename(file));
  const stats = lstatSync(place, { throwIfNoEntry: false });
  if (!stats?.isSymbolicLink()) return place;
  return realFile(path.resolve(directory, readlinkSync(place)), links + 1);
}

function realDirectory(directory: string): string {
  try {
    return realpathSync.native(directory);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return directory;
    throw ioError('resolve', directory, error);
  }
}

/** An error of the operating system after which nothing has been written. */
export function ioError(action: string, file: string, cause: unknown): StoreError {
  const reason = errnoOf(cause) ?? (cause instanceof Error ? cause.message : String(cause));
  const hint = hints[reason];
  return new StoreError('E_IO', `could not ${action} ${file}: ${reason}`, {
    ...{ definite: true, file, cause },
    ...(hint === undefined ? {} : { hint }),
  });
}

const permission =
  'Nothing was written. See who owns the file and its directory, and whether you may write there';
const space = 'Nothing was written. Make room and try again';
const descriptors = 'Nothing was written. Too many files are open; try again when there are fewer';
const mounted =
  "Nothing was written. It is a mount of its own, which can't be replaced: mount its directory instead";

const hints: Record<string, string> = {
  EACCES: permission,
  EPERM: permission,
  EROFS: 'Nothing was written. The file system is mounted read-only',
  ENOSPC: space,
  EDQUOT: space,
  EFBIG: 'Nothing was written. The process may not write files of that size (ulimit -f)',
  EMFILE: descriptors,
  ENFILE: descriptors,
  EBUSY: mounted,
  EXDEV: mounted,
  ENOTDIR: 'Nothing was written. A file stands where a directory should be: move it away',
  ENOTEMPTY: 'Nothing was written. A directory stands in its place: move it away',
  ELOOP: 'Nothing was written. Its symbolic links lead in a circle',
};

import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import path from 'node:path';
import { ioError } from '../errors/io-error.js';
import { errnoOf } from '../errors/store-error.js';

/** A user, and the path of theirs that the way leads through. */
export interface ForeignOwner {
  uid: number;
  gid: number;
  path: string;
}

const linksMax = 40;
const root = 0;

/**
 * The first user other than root that owns something on the way to a file: a directory, a link or the file itself.
 * Root must not act there with root's power. This function opens nothing.
 * @returns undefined where all of the way is root's, or does not exist
 */
export function foreignOwnerOnTheWay(file: string): ForeignOwner | undefined {
  let [at, ...rest] = partsOf(path.resolve(file));
  for (let links = 0; at !== undefined; ) {
    const stats = look(at, file);
    if (!stats) return undefined;
    if (stats.uid !== root) return { uid: stats.uid, gid: stats.gid, path: at };
    if (stats.isSymbolicLink()) {
      if (++links > linksMax) return undefined;
      [at, ...rest] = [...partsOf(path.resolve(path.dirname(at), readlinkSync(at))), ...rest];
      continue;
    }
    const [next, ...after] = rest;
    at = next === undefined ? undefined : path.join(at, next);
    rest = after;
  }
  return undefined;
}

/** The root, and the names below it. */
function partsOf(place: string): string[] {
  const { root: begin } = path.parse(place);
  return [begin, ...place.slice(begin.length).split(path.sep).filter(Boolean)];
}

function look(place: string, file: string): Stats | undefined {
  try {
    return lstatSync(place, { throwIfNoEntry: false });
  } catch (error) {
    // A file stands where a directory should be. The store reports that.
    if (errnoOf(error) === 'ENOTDIR') return undefined;
    throw ioError('look at', file, error);
  }
}

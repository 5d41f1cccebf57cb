import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import path from 'node:path';
import { errnoOf } from '../store/errors.js';
import { ioError } from '../store/io-error.js';

/** A user, and what of theirs the way leads to. */
export interface ForeignOwner {
  uid: number;
  gid: number;
  path: string;
}

const linksMax = 40;
const root = 0;

/**
 * The first user other than root to whom something on the way to a file belongs: a directory, a link or the file itself.
 * For root, who must not act there with root's power. It looks, and opens nothing.
 * @returns undefined where all of it is root's, or is not there
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
    // A file where a directory should be: the store says so.
    if (errnoOf(error) === 'ENOTDIR') return undefined;
    throw ioError('look at', file, error);
  }
}

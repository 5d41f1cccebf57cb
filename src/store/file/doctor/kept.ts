import { errnoOf, StoreError } from '../../../errors/store-error.js';
import { readRegular } from '../../../surroundings/regular-file.js';
import type { Ownership } from '../disk/ownership.js';
import type { Site } from '../disk/site.js';
import { namesIn } from './names-in.js';

/** A file beside the credential file, and its content. Both are of the file that was opened. */
export interface Kept {
  /** Its own name, in the directory of the file. */
  name: string;
  bytes: Buffer;
  /** When it was last changed (wall clock, milliseconds since 1970). */
  changedMs: number;
  owner: Ownership;
}

/** The states that were kept aside: damaged, or with a doubled key. `left` has such names that are no files of ours. */
export function keptStates(site: Site): { kept: Kept[]; left: string[] } {
  const left: string[] = [];
  const kept = namesIn(site.directory.self)
    .filter((name) => name.startsWith(site.nameOf('corrupt-')))
    .flatMap((name) => {
      const found = readKept(site, name);
      if (!found) left.push(name);
      return found ?? [];
    });
  return { kept, left };
}

/** Undefined for anything but a file, and for another user's: we did not make it. It waits for no pipe, and follows no link. */
export function readKept({ location }: Site, name: string): Kept | undefined {
  const read = readOurs(location, name);
  // Root shows a user only the user's own files: a file of root's may have been moved here to be shown.
  const { principal } = location.trust;
  if (!read || (principal && Number(read.stats.uid) !== principal.uid)) return undefined;
  const { bytes, stats } = read;
  const owner = { uid: Number(stats.uid), gid: Number(stats.gid) };
  return { name, bytes, changedMs: Number(stats.mtimeNs) / 1e6, owner };
}

function readOurs(location: Site['location'], name: string): ReturnType<typeof readRegular> {
  try {
    return readRegular(location, name);
  } catch (error) {
    // An error of the system is passed on. A pipe or another user's file is skipped, and the rest is still shown.
    if (error instanceof StoreError && errnoOf(error.cause) === undefined) return undefined;
    throw error;
  }
}

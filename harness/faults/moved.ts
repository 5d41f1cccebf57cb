import { type BigIntStats, lstatSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** How deep below the file's directory a target is expected to move things. */
const depthMax = 4;

/**
 * A target may rename what was planted without knowing it: then it lies under another name, and would be taken for something
 * that the target itself has left behind.
 * @returns all places in the directory, and below it, of what is wanted; what is found is not entered
 */
export function placesOf(
  directory: string,
  isWanted: (stats: BigIntStats, place: string) => boolean,
  depth = depthMax,
): string[] {
  return namesIn(directory).flatMap((name) => {
    const place = path.join(directory, name);
    const stats = statsOf(place);
    if (!stats) return [];
    if (isWanted(stats, place)) return [place];
    return stats.isDirectory() && depth > 1 ? placesOf(place, isWanted, depth - 1) : [];
  });
}

/** The same thing under any name. With its birth: the number of what was removed is given to what is made next. */
export function identityOf({ dev, ino, birthtimeNs }: BigIntStats): string {
  return `${dev}.${ino}.${birthtimeNs}`;
}

/** Empty for what is no directory any more. */
function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    // The target has removed it, or put something else there, since it was looked at.
    return [];
  }
}

function statsOf(place: string): BigIntStats | undefined {
  try {
    return lstatSync(place, { bigint: true, throwIfNoEntry: false });
  } catch {
    // A directory above it is none any more.
    return undefined;
  }
}

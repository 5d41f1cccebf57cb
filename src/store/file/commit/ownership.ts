import { closeSync, constants, fchownSync, fstatSync, openSync, type Stats, statSync } from 'node:fs';
import path from 'node:path';

/** Whose a file is. */
export interface Ownership {
  uid: number;
  gid: number;
}

/**
 * A file that is replaced is a new file, and belongs to who made it. So that nobody loses a file to the one who writes it,
 * a new file goes to the owner of the old one. Only root may give files away: for everybody else the replacement is refused,
 * and only where it would change the owner, which some file systems make up.
 *
 * Of a file that is not there yet only root asks whose it should be: of the owner of its directory.
 */
export function ownershipToKeep(file: string, found: Ownership | undefined): Ownership | undefined {
  return found ?? (isRoot() ? ownershipOf(path.dirname(file)) : undefined);
}

/** To whom root gives what it makes for a file: also its intents and tickets, which the owner must be able to remove. */
export function ownershipFromRoot(file: string): Ownership | undefined {
  return isRoot() ? (ownershipOf(file) ?? ownershipOf(path.dirname(file))) : undefined;
}

/** Gives a new file away, if it is another's. Fails with EPERM where only root could. */
export function give(
  descriptor: number,
  { uid, gid }: Pick<Stats, 'uid' | 'gid'>,
  to: Ownership | undefined,
): void {
  if (!to || (uid === to.uid && (gid === to.gid || !isRoot()))) return;
  fchownSync(descriptor, to.uid, to.gid);
}

/** The same for a new directory. By descriptor: a link that was put in its place meanwhile is not followed. */
export function giveDirectory(directory: string, to: Ownership | undefined): void {
  if (!to) return;
  const descriptor = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    give(descriptor, fstatSync(descriptor), to);
  } finally {
    closeSync(descriptor);
  }
}

/** Undefined where nothing is. */
export function ownershipOf(place: string): Ownership | undefined {
  const stats = statSync(place, { throwIfNoEntry: false });
  return stats && { uid: stats.uid, gid: stats.gid };
}

function isRoot(): boolean {
  return process.geteuid?.() === 0;
}

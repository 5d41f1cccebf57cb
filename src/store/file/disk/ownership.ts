import { fchownSync, type Stats } from 'node:fs';

/** Whose a file is. */
export interface Ownership {
  uid: number;
  gid: number;
}

/**
 * Gives a new file to whom it must belong, if it is another's. A file that is replaced is a new file, and belongs to who made
 * it: so that nobody loses a file to the one who writes it, it goes to the owner of the old one. Only root may give files
 * away: for everybody else the replacement is refused, with EPERM, and only where it would change the owner, which some
 * file systems make up.
 */
export function ensureOwner(
  descriptor: number,
  { uid, gid }: Pick<Stats, 'uid' | 'gid'>,
  to: Ownership | undefined,
): void {
  if (!to || (uid === to.uid && (gid === to.gid || process.geteuid?.() !== 0))) return;
  fchownSync(descriptor, to.uid, to.gid);
}

import { fchownSync, type Stats } from 'node:fs';

/** The user and group that a file belongs to. */
export interface Ownership {
  uid: number;
  gid: number;
}

/**
 * Gives a new file to the user that it must belong to. A file that replaces another belongs to its maker at first. It must go
 * to the owner of the old one, or a user would lose the file to the one who wrote it. Only root may give files away. For all
 * other users the replacement fails with EPERM, but only where it would change the owner, which some file systems make up.
 */
export function ensureOwner(
  descriptor: number,
  { uid, gid }: Pick<Stats, 'uid' | 'gid'>,
  to: Ownership | undefined,
): void {
  if (!to || (uid === to.uid && (gid === to.gid || process.geteuid?.() !== 0))) return;
  fchownSync(descriptor, to.uid, to.gid);
}

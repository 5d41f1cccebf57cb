import { fail } from './errno.js';
import type { Entry, Inode } from './inode.js';
import type { Process } from './process.js';

export const read = 4;
export const write = 2;
export const search = 1;

export const setUserId = 0o4000;
export const setGroupId = 0o2000;
export const sticky = 0o1000;

/** @param bits of `read`, `write` and `search` */
export function may(process: Process, inode: Inode, bits: number): boolean {
  if (process.uid === 0)
    return inode.kind === 'directory' || (bits & search) === 0 || (inode.mode & 0o111) !== 0;
  const { mode } = inode;
  const own = inode.uid === process.uid ? mode >> 6 : isMember(process, inode.gid) ? mode >> 3 : mode;
  return (own & bits) === bits;
}

export function requireAccess(process: Process, inode: Inode, bits: number): void {
  if (!may(process, inode, bits)) fail('EACCES');
}

export function isMember(process: Process, gid: number): boolean {
  return process.gid === gid || process.groups.includes(gid);
}

export function owns(process: Process, inode: Inode): boolean {
  return process.uid === 0 || process.uid === inode.uid;
}

/** A new name in a directory. */
export function requireAdding(process: Process, directory: Inode): void {
  if (directory.isDead) fail('ENOENT');
  requireAccess(process, directory, write | search);
}

/** In the order of Linux (`may_delete`). @param asDirectory what the call takes away is to be one */
export function requireTaking(process: Process, directory: Inode, entry: Entry, asDirectory: boolean): void {
  requireAccess(process, directory, write | search);
  const { inode } = entry;
  const isOthers = process.uid !== 0 && process.uid !== inode.uid && process.uid !== directory.uid;
  if ((directory.mode & sticky) !== 0 && isOthers) fail('EPERM');
  if (asDirectory && inode.kind !== 'directory') fail('ENOTDIR');
  if (!asDirectory && inode.kind === 'directory') fail('EISDIR');
}

/** May the file be linked by a user who does not own it? As sysctl `fs.protected_hardlinks` has it. */
export function isSafeToLink(process: Process, inode: Inode): boolean {
  if (owns(process, inode)) return true;
  const isPrivileged =
    (inode.mode & setUserId) !== 0 || (inode.mode & (setGroupId | 0o010)) === (setGroupId | 0o010);
  return inode.kind === 'file' && !isPrivileged && may(process, inode, read | write);
}

/** The bits that a change of owner takes from a file. */
export function privilegesLost(process: Process, inode: Inode): number {
  if (inode.kind === 'directory') return 0;
  const keepsGroup = (inode.mode & 0o010) === 0 && (process.uid === 0 || isMember(process, inode.gid));
  return inode.mode & (setUserId | (keepsGroup ? 0 : setGroupId));
}

/** A write to a file takes them, too, but if root makes it. */
export function dropPrivileges(process: Process, inode: Inode): boolean {
  if (process.uid === 0) return false;
  const lost = privilegesLost(process, inode);
  inode.mode &= ~lost;
  return lost !== 0;
}

import type { CallOf } from './calls.js';
import { resize } from './descriptors.js';
import { fail } from './errno.js';
import type { Halves } from './halves.js';
import type { Kernel } from './kernel.js';
import { inodeAt } from './lookup.js';
import { isMember, owns, read, requireAccess, requireAdding, setGroupId, write } from './permission.js';
import { flag, OpenFile, type Process } from './process.js';
import { Walk } from './walk.js';

export const openCalls = {
  *open(kernel: Kernel, process: Process, call: CallOf<'open'>): Halves<number> {
    const flags =
      (call.flags & flag.PATH) === 0 ? call.flags : call.flags & (flag.PATH | flag.DIRECTORY | flag.NOFOLLOW);
    const creates = (flags & flag.CREAT) !== 0;
    if (creates && (flags & flag.DIRECTORY) !== 0) fail('EINVAL');
    const isExclusive = creates && (flags & flag.EXCL) !== 0;
    process.requireDescriptor();
    const walk = new Walk(process, call.path);
    if (creates) yield [walk.directory];
    const isThere = walk.finish(!isExclusive && (flags & flag.NOFOLLOW) === 0, creates);
    if (!isThere && !(creates && walk.last === 'name')) fail('ENOENT');
    if (!creates) yield [walk.entry.inode];
    if (isThere) openFound(kernel, process, walk, flags);
    else createHere(kernel, process, walk, call.mode ?? 0o666);
    walk.entry.inode.holds++;
    return process.add(new OpenFile(walk.position, flags));
  },

  *truncate(kernel: Kernel, process: Process, call: CallOf<'truncate'>): Halves<undefined> {
    if (call.size < 0) fail('EINVAL');
    const inode = inodeAt(process, call.path);
    yield [inode];
    if (inode.kind === 'directory') fail('EISDIR');
    requireAccess(process, inode, write);
    resize(kernel, process, inode, call.size, call.size !== inode.size);
  },
};

function createHere(kernel: Kernel, process: Process, walk: Walk, mode: number): void {
  const { directory } = walk;
  requireAdding(process, directory);
  let whole = mode & 0o7777 & ~process.umask;
  // A group that one does not belong to is not given away.
  const isOthersGroup = process.uid !== 0 && !isMember(process, directory.gid);
  if ((directory.mode & setGroupId) !== 0 && (mode & 0o2010) === 0o2010 && isOthersGroup)
    whole &= ~setGroupId;
  walk.entry = kernel.add(directory, walk.name, kernel.create(process, directory, 'file', whole));
}

function openFound(kernel: Kernel, process: Process, walk: Walk, flags: number): void {
  const { inode } = walk.entry;
  const isPath = (flags & flag.PATH) !== 0;
  if ((flags & flag.CREAT) !== 0) {
    if ((flags & flag.EXCL) !== 0) fail('EEXIST');
    if (!walk.isDescriptorItself && inode.kind === 'directory') fail('EISDIR');
  }
  if (walk.isDescriptorItself) fail((flags & flag.DIRECTORY) !== 0 ? 'ENOTDIR' : 'ELOOP');
  if ((flags & flag.DIRECTORY) !== 0 && inode.kind !== 'directory') fail('ENOTDIR');
  if (isPath) return;
  const cuts = (flags & flag.TRUNC) !== 0;
  const wanted = wantedBy(flags);
  if (inode.kind === 'link') fail('ELOOP');
  if (inode.kind === 'directory' && (wanted & write) !== 0) fail('EISDIR');
  requireAccess(process, inode, wanted);
  if ((flags & flag.NOATIME) !== 0 && !owns(process, inode)) fail('EPERM');
  if (cuts && inode.kind === 'file') resize(kernel, process, inode, 0, true);
}

function wantedBy(flags: number): number {
  const way = flags & 3;
  const wanted = way === 0 ? read : way === flag.WRONLY ? write : read | write;
  return (flags & flag.TRUNC) === 0 ? wanted : wanted | write;
}

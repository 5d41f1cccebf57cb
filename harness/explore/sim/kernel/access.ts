import type { CallOf, Stats } from './calls.js';
import { fail } from './errno.js';
import type { Halves } from './halves.js';
import type { Inode } from './inode.js';
import type { Kernel } from './kernel.js';
import { inodeAt } from './lookup.js';
import { read, requireAccess } from './permission.js';
import type { OpenFile, Process } from './process.js';
import { Walk } from './walk.js';

/** Calls that look at one file, and change nothing. */
export const accessCalls = {
  *access(_: Kernel, process: Process, call: CallOf<'access'>): Halves<undefined> {
    const { mode = 0 } = call;
    if ((mode & ~7) !== 0) fail('EINVAL');
    const inode = inodeAt(process, call.path);
    yield [inode];
    requireAccess(process, inode, mode);
  },

  *stat(_: Kernel, process: Process, { path }: CallOf<'stat'>): Halves<Stats> {
    const inode = inodeAt(process, path);
    yield [inode];
    return statsOf(inode);
  },

  *lstat(_: Kernel, process: Process, { path }: CallOf<'lstat'>): Halves<Stats> {
    const walk = new Walk(process, path);
    if (!walk.finish(false)) fail('ENOENT');
    yield [walk.entry.inode];
    if (!walk.isDescriptorItself) return statsOf(walk.entry.inode);
    return descriptorStats(process, process.file(walk.descriptor));
  },

  fstat(_: Kernel, process: Process, { fd }: CallOf<'fstat'>): Stats {
    return statsOf(process.file(fd).inode);
  },

  watch(_: Kernel, process: Process, { path }: CallOf<'watch'>): number {
    const inode = inodeAt(process, path);
    requireAccess(process, inode, read);
    return inode.id;
  },
};

function statsOf(inode: Inode): Stats {
  const { disk, ino, kind, mode, nlink, uid, gid, size, mtime, ctime, birthtime } = inode;
  const whole = kind === 'directory' ? 4096 : size;
  return { dev: disk.dev, ino, kind, mode, nlink, uid, gid, size: whole, mtime, ctime, birthtime };
}

/** The kernel makes the entry of a descriptor anew whenever it is asked for: its number and times say nothing. */
function descriptorStats({ uid, gid }: Process, { canRead, canWrite }: OpenFile): Stats {
  const times = { mtime: 0, ctime: 0, birthtime: 0 };
  const mode = (canRead ? 0o500 : 0) | (canWrite ? 0o300 : 0);
  return { dev: 0, ino: 1, kind: 'link', mode, nlink: 1, uid, gid, size: 64, ...times };
}

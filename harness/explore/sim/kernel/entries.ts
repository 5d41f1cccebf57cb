import type { CallOf } from './calls.js';
import { fail } from './errno.js';
import type { Halves } from './halves.js';
import type { Inode } from './inode.js';
import type { Kernel } from './kernel.js';
import { requireAdding, requireTaking } from './permission.js';
import type { Process } from './process.js';
import { Walk } from './walk.js';

/** Names that appear and disappear. The order of checks is that of Linux. */
export const entryCalls = {
  *mkdir(kernel: Kernel, process: Process, call: CallOf<'mkdir'>): Halves<undefined> {
    const walk = new Walk(process, call.path);
    yield [walk.directory];
    const directory = requireNew(process, walk, true);
    // Of the special bits only the sticky one can be asked for.
    const mode = (call.mode ?? 0o777) & 0o1777 & ~process.umask;
    kernel.add(directory, walk.name, kernel.create(process, directory, 'directory', mode));
  },

  *symlink(kernel: Kernel, process: Process, call: CallOf<'symlink'>): Halves<undefined> {
    if (call.target === '') fail('ENOENT');
    if (call.target.length >= 4096) fail('ENAMETOOLONG');
    const walk = new Walk(process, call.path);
    yield [walk.directory];
    const directory = requireNew(process, walk, false);
    kernel.add(directory, walk.name, kernel.create(process, directory, 'link', 0o777, call.target));
  },

  *unlink(kernel: Kernel, process: Process, call: CallOf<'unlink'>): Halves<undefined> {
    const walk = new Walk(process, call.path);
    yield [walk.directory];
    if (walk.last === 'descriptor') fail(!walk.isOpen ? 'ENOENT' : walk.hasSlash ? 'ENOTDIR' : 'EPERM');
    if (walk.last !== 'name') fail('EISDIR');
    const entry = walk.lookUp() ?? fail('ENOENT');
    if (walk.hasSlash) fail(entry.inode.kind === 'directory' ? 'EISDIR' : 'ENOTDIR');
    if (entry.inode.kind === 'directory') fail(kernel.platform.unlinksDirectory);
    requireTaking(process, walk.directory, entry, false);
    if (entry.inode.isLocked(process.countOn(entry.inode))) fail('EBUSY');
    if (entry.mounted) fail('EBUSY');
    kernel.detach(entry);
    kernel.forget(entry);
  },

  *rmdir(kernel: Kernel, process: Process, call: CallOf<'rmdir'>): Halves<undefined> {
    const walk = new Walk(process, call.path);
    yield [walk.directory];
    if (walk.last === 'descriptor') fail(walk.isOpen ? 'ENOTDIR' : 'ENOENT');
    if (walk.last === 'up') fail('ENOTEMPTY');
    if (walk.last === 'dot') fail('EINVAL');
    if (walk.last === 'nothing') fail('EBUSY');
    const entry = walk.lookUp() ?? fail('ENOENT');
    requireTaking(process, walk.directory, entry, true);
    if (entry.mounted) fail('EBUSY');
    if (entry.inode.children?.size) fail('ENOTEMPTY');
    kernel.detach(entry);
    kernel.forget(entry);
  },
};

/**
 * A name that is about to appear, which must not be there yet.
 * @param isDirectory a slash may follow it
 * @returns its directory
 */
export function requireNew(process: Process, walk: Walk, isDirectory: boolean): Inode {
  requireFree(walk, isDirectory);
  requireAdding(process, walk.directory);
  return walk.directory;
}

/** The part of it that comes before the permissions are looked at. */
export function requireFree(walk: Walk, isDirectory: boolean): void {
  if (walk.last === 'descriptor' && !walk.isOpen) fail('ENOENT');
  if (walk.last !== 'name') fail('EEXIST');
  if (walk.directory.isDead) fail('ENOENT');
  if (walk.lookUp() !== undefined) fail('EEXIST');
  if (walk.hasSlash && !isDirectory) fail('ENOENT');
}

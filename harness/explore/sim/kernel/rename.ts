import type { CallOf } from './calls.js';
import { fail } from './errno.js';
import type { Halves } from './halves.js';
import type { Inode } from './inode.js';
import type { Kernel } from './kernel.js';
import { requireAccess, requireAdding, requireTaking, write } from './permission.js';
import type { Process } from './process.js';
import { Walk } from './walk.js';

export const renameCalls = {
  *rename(kernel: Kernel, process: Process, call: CallOf<'rename'>): Halves<undefined> {
    const from = new Walk(process, call.path);
    const to = new Walk(process, call.to);
    yield [from.directory, to.directory];
    if (from.last === 'descriptor' && to.last === 'descriptor') return renameDescriptor(from, to);
    if (from.mount !== to.mount || from.last === 'descriptor' || to.last === 'descriptor') fail('EXDEV');
    if (from.last !== 'name' || to.last !== 'name') fail('EBUSY');
    const [source, target] = [from.directory, to.directory];
    const entry = from.lookUp() ?? fail('ENOENT');
    if (target.isDead) fail('ENOENT');
    const over = to.lookUp();
    const { inode } = entry;
    const isDirectory = inode.kind === 'directory';
    if (!isDirectory && (from.hasSlash || to.hasSlash)) fail('ENOTDIR');
    if (isAbove(inode, target)) fail('EINVAL');
    if (over && isAbove(over.inode, source)) fail('ENOTEMPTY');
    // Two names of one file: both stay.
    if (over?.inode === inode) return;
    requireTaking(process, source, entry, isDirectory);
    if (over) requireTaking(process, target, over, isDirectory);
    else requireAdding(process, target);
    // Its `..` is about to change.
    if (isDirectory && source !== target) requireAccess(process, inode, write);
    if (inode.isLocked(process.countOn(inode)) || over?.inode.isLocked()) fail('EPERM');
    if (entry.mounted || over?.mounted) fail('EBUSY');
    if (over?.inode.children?.size) fail('ENOTEMPTY');

    const group = kernel.log?.nextGroup();
    kernel.detach(entry, group);
    if (over) {
      over.isGone = true;
      if (over.inode.kind === 'directory') target.nlink--;
    }
    entry.directory = target;
    entry.name = to.name;
    kernel.place(entry, group);
    if (over) kernel.forget(over);
    inode.ctime = kernel.time;
  },
};

/** In `/proc`, which has names of its own and lets none be changed. */
function renameDescriptor(from: Walk, to: Walk): undefined {
  if (!from.isOpen || !to.isOpen) fail('ENOENT');
  if (from.hasSlash || to.hasSlash) fail('ENOTDIR');
  if (from.descriptor !== to.descriptor) fail('EPERM');
}

/** Is a directory another one, or above it? */
function isAbove(directory: Inode, below: Inode): boolean {
  for (let one: Inode | undefined = below; one !== undefined; one = one.entry?.directory)
    if (one === directory) return true;
  return false;
}

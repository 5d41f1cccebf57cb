import type { CallOf } from './calls.js';
import { fail } from './errno.js';
import type { Inode } from './inode.js';
import type { Kernel } from './kernel.js';
import type { OpenFile, Process } from './process.js';

/** Of each inode that is locked: which open files have it. */
const holders = new WeakMap<Inode, Set<OpenFile>>();

/** `flock`: a lock belongs to what `open` has made, and ends when that is closed. */
export const lockCalls = {
  lock(_: Kernel, process: Process, { fd, isShared = false }: CallOf<'lock'>): undefined {
    const file = process.usable(fd);
    const held = holders.get(file.inode) ?? new Set();
    holders.set(file.inode, held);
    // One that is changed is let go first, and lost where the other kind can't be had.
    unlockFile(file);
    for (const other of held) if (!isShared || other.lock === 'exclusive') fail('EAGAIN');
    file.lock = isShared ? 'shared' : 'exclusive';
    held.add(file);
  },

  unlock(_: Kernel, process: Process, { fd }: CallOf<'unlock'>): undefined {
    unlockFile(process.usable(fd));
  },
};

export function unlockFile(file: OpenFile): void {
  if (file.lock === undefined) return;
  holders.get(file.inode)?.delete(file);
  file.lock = undefined;
}

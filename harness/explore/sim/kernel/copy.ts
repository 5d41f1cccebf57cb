import type { CallOf } from './calls.js';
import { resize, writeAt } from './descriptors.js';
import { Errno, fail } from './errno.js';
import { wholly } from './halves.js';
import type { Kernel } from './kernel.js';
import { openCalls } from './open.js';
import { flag, type Process } from './process.js';

export const copyCalls = {
  /**
   * As libuv does it: both files are opened, the new one gets the mode of the old one, and if anything fails after that, what the
   * second path names is removed.
   */
  copyFile(kernel: Kernel, process: Process, call: CallOf<'copyFile'>): undefined {
    const { path, to, isExclusive = false } = call;
    const opened: number[] = [];
    const open = (place: string, flags: number, mode?: number) => {
      const way = { flags, ...(mode === undefined ? undefined : { mode }) };
      const fd = wholly(openCalls.open(kernel, process, { call: 'open', path: place, ...way }));
      opened.push(fd);
      return process.file(fd);
    };
    try {
      const { inode } = open(path, 0);
      const flags = flag.WRONLY | flag.CREAT | (isExclusive ? flag.EXCL : 0);
      const { inode: copy } = open(to, flags, inode.mode);
      if (copy === inode) return;
      try {
        if (!isExclusive) resize(kernel, process, copy, 0, true);
        const fd = opened[1] ?? fail('EBADF');
        requireDone(kernel.call(process, { call: 'fchmod', fd, mode: inode.mode }));
        if (inode.kind === 'directory') fail('EISDIR');
        for (let at = 0; at < inode.size; )
          at += writeAt(kernel, process, copy, inode.content().slice(at), at);
      } catch (error) {
        kernel.call(process, { call: 'unlink', path: to });
        throw error;
      }
    } finally {
      for (const fd of opened) kernel.call(process, { call: 'close', fd });
    }
  },
};

function requireDone(answer: undefined | Errno): void {
  if (answer instanceof Errno) throw answer;
}

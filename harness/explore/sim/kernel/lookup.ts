import { fail } from './errno.js';
import type { Inode } from './inode.js';
import type { Kernel } from './kernel.js';
import type { Process } from './process.js';

interface OnPath {
  path: string;
  pin?: number | undefined;
}

/** What the path of a call leads to, through a link at its end, too. @throws Errno */
export function inodeAt(kernel: Kernel, process: Process, call: OnPath): Inode {
  const walk = kernel.from(process, call);
  if (!walk.finish(true)) fail('ENOENT');
  return walk.entry.inode;
}

/**
 * What lies at the path of a call, a link included.
 * @returns undefined for the entry of a descriptor in `/proc`, which is the process's own, and made anew each time
 * @throws Errno
 */
export function linkAt(kernel: Kernel, process: Process, call: OnPath): Inode | undefined {
  const walk = kernel.from(process, call);
  if (!walk.finish(false)) fail('ENOENT');
  return walk.isDescriptorItself ? undefined : walk.entry.inode;
}

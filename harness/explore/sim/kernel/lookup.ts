import { fail } from './errno.js';
import type { Inode } from './inode.js';
import type { Process } from './process.js';
import { Walk } from './walk.js';

/** What the path of a call leads to, through a link at its end, too. @throws Errno */
export function inodeAt(process: Process, path: string): Inode {
  const walk = new Walk(process, path);
  if (!walk.finish(true)) fail('ENOENT');
  return walk.entry.inode;
}

/**
 * What lies at the path of a call, a link included.
 * @returns undefined for the entry of a descriptor in `/proc`, which is the process's own, and made anew each time
 * @throws Errno
 */
export function linkAt(process: Process, path: string): Inode | undefined {
  const walk = new Walk(process, path);
  if (!walk.finish(false)) fail('ENOENT');
  return walk.isDescriptorItself ? undefined : walk.entry.inode;
}

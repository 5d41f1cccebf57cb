import type { CallOf } from './calls.js';
import { requireFree } from './entries.js';
import { fail } from './errno.js';
import type { Halves } from './halves.js';
import type { Kernel } from './kernel.js';
import { isSafeToLink, requireAdding } from './permission.js';
import type { Process } from './process.js';
import { Walk } from './walk.js';

export const linkCalls = {
  *link(kernel: Kernel, process: Process, call: CallOf<'link'>): Halves<undefined> {
    const from = new Walk(process, call.path);
    if (!from.finish(false)) fail('ENOENT');
    const to = new Walk(process, call.to);
    yield [from.entry.inode, to.directory];
    requireFree(to, false);
    if (from.mount !== to.mount || from.isDescriptorItself) fail('EXDEV');
    const { inode } = from.entry;
    if (kernel.protectsHardLinks && !isSafeToLink(process, inode)) fail('EPERM');
    requireAdding(process, to.directory);
    if (inode.kind === 'directory') fail('EPERM');
    if (inode.nlink === 0) fail('ENOENT');
    inode.nlink++;
    inode.ctime = kernel.time;
    kernel.add(to.directory, to.name, inode);
  },

  *readlink(_: Kernel, process: Process, { path }: CallOf<'readlink'>): Halves<string> {
    const walk = new Walk(process, path);
    if (!walk.finish(false)) fail('ENOENT');
    yield [walk.entry.inode];
    if (walk.isDescriptorItself) return pathOf(process.file(walk.descriptor).position, process);
    const { kind, target } = walk.entry.inode;
    return kind === 'link' ? target : fail('EINVAL');
  },
};

/** As `/proc/self/fd` shows where something is. */
export function pathOf({ mount, entry }: Process['root'], process: Process): string {
  const names: string[] = [];
  let at = { mount, entry };
  while (at.entry !== process.root.entry) {
    if (at.entry === at.mount.root) {
      if (!at.mount.at) break;
      at = at.mount.at;
      continue;
    }
    names.push(at.entry.name);
    const above = at.entry.directory?.entry;
    if (!above) break;
    at = { mount: at.mount, entry: above };
  }
  return `/${names.reverse().join('/')}${entry.isGone ? ' (deleted)' : ''}`;
}

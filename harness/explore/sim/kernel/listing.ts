import type { CallOf, Listed } from './calls.js';
import { fail } from './errno.js';
import type { Halves } from './halves.js';
import type { Kernel } from './kernel.js';
import { pathOf } from './links.js';
import { inodeAt } from './lookup.js';
import { read, requireAccess } from './permission.js';
import type { Process } from './process.js';
import { descriptorPath, Walk } from './walk.js';

export const listingCalls = {
  /** It opens the directory for it. */
  *readdir(_: Kernel, process: Process, { path }: CallOf<'readdir'>): Halves<Listed[]> {
    process.requireDescriptor();
    const inode = inodeAt(process, path);
    yield [inode];
    if (!inode.children) fail('ENOTDIR');
    requireAccess(process, inode, read);
    // Of a removed directory the library of C makes an empty one: `getdents` fails, and it takes that for the end.
    const listed = Array.from(inode.children.values(), ({ name, inode: { kind } }) => ({ name, kind }));
    return listed.sort((a, b) => (a.name < b.name ? -1 : 1));
  },

  /**
   * As the library of C does it: a name is added, and asked whether it is a link; `..` takes one away. So of a directory that is
   * left by `..` nothing more is asked.
   */
  realpath(_: Kernel, process: Process, { path }: CallOf<'realpath'>): string {
    if (path === '') fail('ENOENT');
    let found = path.startsWith('/') ? '' : pathOf(process.directory, process).replace(/^\/$/, '');
    let [left, links] = [path, 0];
    for (;;) {
      const [anchor, way, fd] = (found === '' && process.platform.hasProc && descriptorPath.exec(left)) || [];
      if (anchor !== undefined) {
        const open = process.descriptors[Number(fd)] ?? fail('ENOENT');
        const slash = anchor.endsWith('/') ? '/' : '';
        left = `${pathOf(open.position, process)}${slash}${left.slice(anchor.length)}`;
        links += way === 'dev' ? 3 : 2;
      }
      const [, word = '', rest = ''] = /^\/*([^/]*)(.*)$/s.exec(left) ?? [];
      if (word === '') break;
      left = rest;
      if (word === '.') continue;
      if (word === '..') {
        found = found.slice(0, Math.max(0, found.lastIndexOf('/')));
        continue;
      }
      const place = `${found}/${word}`;
      const target = targetAt(process, place);
      if (target === undefined) {
        // What comes next asks for a directory, and is not looked up itself.
        if (/^\/+(\.\.?(\/|$)|$)/.test(rest)) requirePlace(process, `${place}/`);
        found = place;
        continue;
      }
      if (++links > 40) fail('ELOOP');
      left = `${target}${rest}`;
      if (target.startsWith('/')) found = '';
    }
    return found === '' ? '/' : found;
  },
};

/** @returns undefined for what is no link. @throws Errno where nothing is there */
function targetAt(process: Process, place: string): string | undefined {
  const walk = new Walk(process, place);
  if (!walk.finish(false)) fail('ENOENT');
  const { kind, target } = walk.entry.inode;
  return kind === 'link' ? target : undefined;
}

function requirePlace(process: Process, place: string): void {
  if (!new Walk(process, place).finish(true)) fail('ENOENT');
}

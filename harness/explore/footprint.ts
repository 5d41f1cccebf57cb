import path from 'node:path';
import type { CallToMake } from './protocol.js';

/** What a call touches, and how. Two that only read, or that only add, may change places. */
export interface Access {
  on: string;
  /** `add` stands for changes that don't see each other, like two new names in one directory. */
  how: 'read' | 'write' | 'add';
}

/** What the names and descriptors of a call stand for at this moment. */
export interface Names {
  /** The number of the file at a path; undefined if there is none. Follows no link. */
  inodeAt(place: string): string | undefined;
  /** Of an open file: its number, and the path by which it was opened. */
  openFile(fd: number): { inode: string; path: string } | undefined;
}

/**
 * The shared things that a call reads and writes: entries `e` (a name in a directory), listings `l` (all its names), data `d`,
 * mode and owner `m`, size and times `t` of a file by its number, watches `w` and lives `p`. A call without any can't be noticed by others.
 */
export function accessesOf(call: CallToMake, names: Names): Access[] {
  const accesses: Access[] = [];
  const add = (how: Access['how'], ...on: string[]) => {
    for (const one of on) accesses.push({ on: one, how });
  };
  const file = call.fd === undefined ? undefined : names.openFile(call.fd);
  const inode = call.path === undefined ? file?.inode : names.inodeAt(call.path);
  const place = call.path ?? file?.path;
  /** The file's own data or mode change, and with them its times. */
  const changes = (...what: ('d' | 'm')[]) => {
    if (inode !== undefined) add('write', ...what.map((one) => `${one} ${inode}`), `t ${inode}`);
    if (place !== undefined) add('add', ...watched(place));
  };
  /** An entry appears, disappears or is replaced. */
  const changesEntry = (name: string) => {
    add('write', `e ${name}`);
    add('add', `l ${parentOf(name)}`, `t ${names.inodeAt(parentOf(name))}`, ...watched(name));
    const there = names.inodeAt(name);
    if (there !== undefined) add('write', `t ${there}`);
  };
  // Every directory on the way is looked up.
  for (const name of [call.path, call.to]) if (name !== undefined) add('read', ...ancestors(name));
  if (call.path !== undefined) add('read', `e ${call.path}`);

  switch (call.call) {
    case 'open':
      if (inode !== undefined) add('read', `m ${inode}`);
      if (/c/.test(call.flags ?? '') && inode === undefined) changesEntry(call.path ?? '');
      else if (/t/.test(call.flags ?? '')) changes('d');
      break;
    case 'read':
    case 'readv':
      if (inode !== undefined) add('read', `d ${inode}`);
      break;
    case 'stat':
    case 'lstat':
    case 'fstat':
      if (inode !== undefined) add('read', `m ${inode}`, `t ${inode}`);
      break;
    case 'access':
      if (inode !== undefined) add('read', `m ${inode}`);
      break;
    case 'write':
    case 'writev':
    case 'truncate':
    case 'ftruncate':
      changes('d');
      break;
    case 'chmod':
    case 'chown':
    case 'lchown':
    case 'fchmod':
    case 'fchown':
      changes('m');
      break;
    case 'utimes':
    case 'lutimes':
    case 'futimes':
      changes();
      break;
    case 'readdir':
      add('read', `l ${call.path}`);
      break;
    // Whatever happens in a directory looks its entry up: that is how it comes that one with something in it can't be removed.
    case 'rmdir':
    case 'mkdir':
    case 'unlink':
    case 'symlink':
      changesEntry(call.path ?? '');
      break;
    case 'copyFile':
      if (inode !== undefined) add('read', `d ${inode}`, `m ${inode}`);
      changesEntry(call.to ?? '');
      add('write', `d ${names.inodeAt(call.to ?? '')}`);
      break;
    case 'rename':
      changesEntry(call.path ?? '');
      changesEntry(call.to ?? '');
      break;
    case 'link':
      changes();
      changesEntry(call.to ?? '');
      break;
    case 'watch':
      add('read', `w ${call.path}`);
      break;
    case 'alive':
      add('read', `p ${call.of}`);
      break;
  }
  return accesses;
}

/** A watch on a directory hears of the files in it, one on a file of that alone. */
function watched(place: string): string[] {
  return [`w ${place}`, `w ${parentOf(place)}`];
}

export function parentOf(place: string): string {
  const parent = path.dirname(place);
  return parent === '.' ? '' : parent;
}

function ancestors(place: string): string[] {
  const parts = place.split('/').slice(0, -1);
  return parts.map((_, index) => `e ${parts.slice(0, index + 1).join('/')}`);
}

/** True if it matters which of two calls comes first. */
export function conflicts(a: readonly Access[], b: readonly Access[]): boolean {
  return a.some(({ on, how }) =>
    b.some((other) => other.on === on && !(how === other.how && how !== 'write')),
  );
}

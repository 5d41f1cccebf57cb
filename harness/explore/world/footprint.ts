import { factsOf, type UnknownCall } from '../protocol/calls.js';
import type { CallToMake } from '../protocol/protocol.js';
import { UncontrolledError } from '../protocol/uncontrolled.js';
import { type Entry, lineage, type Route, type Tree, walk } from './walk.js';

/** What a call touches, and how. Two that only read, or that only add, may change places. */
export interface Access {
  on: string;
  /** `add` stands for changes that don't see each other, like two new names in one directory. */
  how: 'read' | 'write' | 'add';
}

/** Where the two paths of a call lead. */
export interface Routes {
  from: Route | undefined;
  to: Route | undefined;
}

/** @param tree as the client knows it whose call it is */
export function routesOf(call: CallToMake, tree: Tree): Routes {
  const { call: name, flags = '', path, at, to, toAt } = call;
  // A new file that must be one is none behind a link.
  const follows =
    name === 'open'
      ? !/n/.test(flags) && !(/c/.test(flags) && /x/.test(flags))
      : (factsOf(name)?.follows ?? true);
  return {
    from: path === undefined ? undefined : walk(tree, path, at, follows),
    to: to === undefined ? undefined : walk(tree, to, toAt, name === 'copyFile'),
  };
}

/** The lock on an open file. One outside of the sandbox has the same descriptor in all clients: see command-process.ts. */
export function lockOf({ fd = -1 }: CallToMake, tree: Tree): string {
  return `k ${tree.openFile(fd)?.inode ?? fd}`;
}

export function keyOf({ directory, name }: Entry): string {
  return `${directory}/${name}`;
}

/**
 * The shared things that a call reads and writes: entries `e` (a name in a directory), listings `l` (all its names), data `d`,
 * mode and owner `m`, size and times `t` of a file by its number, the place `n` and the life `x` of a directory, watches `w`, locks `k` and lives
 * `p`. A call without any can't be noticed by others. Entries are known by the numbers of their directories: so it makes no difference
 * by which path, link or descriptor two calls come to the same one.
 *
 * @throws UncontrolledError for a call that nothing is known of
 */
export function accessesOf(call: CallToMake, tree: Tree, routes = routesOf(call, tree)): Access[] {
  const accesses: Access[] = [];
  const add = (how: Access['how'], ...on: string[]) => {
    for (const one of on) accesses.push({ on: one, how });
  };
  const { from, to } = routes;
  const file = call.fd === undefined ? undefined : tree.openFile(call.fd);
  const inode = from ? from.inode : file?.inode;
  const entry = from ? from.entry : file?.entry;
  /** The file's own data or mode change, and with them its times. */
  const changes = (...what: ('d' | 'm')[]) => {
    if (inode !== undefined) add('write', ...what.map((one) => `${one} ${inode}`), `t ${inode}`);
    add('add', ...watched(entry, inode));
  };
  /** An entry appears, disappears or is replaced. */
  const changesEntry = (route: Route | undefined) => {
    if (!route?.entry) return;
    const { directory } = route.entry;
    // In a removed directory nothing can be made, as a process finds out that holds it open.
    add('read', `x ${directory}`);
    add('write', `e ${keyOf(route.entry)}`);
    add('add', `l ${directory}`, `t ${directory}`, ...watched(route.entry, route.inode));
    if (route.inode !== undefined) add('write', `t ${route.inode}`);
  };
  /** What was there has another path from now on, as the kernel reports it. */
  const moves = (route: Route | undefined) => {
    if (route?.inode === undefined) return;
    add('add', 'names');
    if (route.kind === 'directory') add('write', `n ${route.inode}`);
  };
  const takesAway = (route: Route | undefined) => {
    moves(route);
    if (route?.inode !== undefined && route.kind === 'directory')
      add('write', `l ${route.inode}`, `x ${route.inode}`);
  };
  // It may end after any call, or close a file: that lets its locks go, and is no call of its own.
  add('write', ...(tree.locks ?? []));
  for (const route of [from, to]) if (route) add('read', ...lookedUp(route, call));
  if ([from, to].some((route) => route?.isOutside) || (file && file.inode === undefined))
    add('write', 'outside');

  switch (call.call) {
    case 'open':
      if (/\?/.test(call.flags ?? '')) throw unknown(call);
      if (inode !== undefined) add('read', `m ${inode}`);
      if (/c/.test(call.flags ?? '') && inode === undefined) changesEntry(from);
      else if (/t/.test(call.flags ?? '')) changes('d');
      break;
    case 'lock':
    case 'unlock':
      add('write', lockOf(call, tree));
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
      if (inode !== undefined) add('read', `l ${inode}`, `m ${inode}`);
      break;
    case 'mkdir':
    case 'symlink':
      changesEntry(from);
      break;
    case 'rmdir':
    case 'unlink':
      changesEntry(from);
      takesAway(from);
      break;
    case 'copyFile':
      if (inode !== undefined) add('read', `d ${inode}`, `m ${inode}`);
      changesEntry(to);
      if (to?.inode !== undefined) add('write', `d ${to.inode}`, `m ${to.inode}`);
      // Where it fails halfway it removes what its second path names, even a link.
      changesEntry(walk(tree, call.to ?? '', call.toAt, false));
      add('add', 'names');
      break;
    case 'rename':
      changesEntry(from);
      changesEntry(to);
      moves(from);
      takesAway(to);
      if (from?.kind === 'directory' || to?.kind === 'directory') add('read', ...waysUp(tree, from, to));
      if (from?.kind === 'directory') add('write', `e ${from.inode}/..`);
      if (from?.kind === 'directory') add('read', `m ${from.inode}`);
      break;
    case 'link':
      changes();
      changesEntry(to);
      break;
    case 'readlink':
    case 'realpath':
      if (call.at !== undefined) add('read', ...placeOf(call.at, tree));
      break;
    case 'watch':
      add('read', ...(entry ? [`w ${keyOf(entry)}`] : []), ...(inode === undefined ? [] : [`w ${inode}`]));
      break;
    case 'alive':
      add('read', `p ${call.of}`);
      break;
    // To the disk, or to the process itself: no other can tell.
    case 'close':
    case 'fsync':
    case 'fdatasync':
    case 'sleep':
    case 'unwatch':
      break;
    default:
      // A call of the table that has no case above does not compile.
      call.call satisfies UnknownCall;
      throw unknown(call);
  }
  return accesses;
}

function unknown({ call }: CallToMake): UncontrolledError {
  return new UncontrolledError(`it makes a call of which nothing is known: ${call}`);
}

function lookedUp(route: Route, { call }: CallToMake): string[] {
  if (route.isUnknown) throw new UncontrolledError(`its ${call} goes through a link into /proc`);
  const { entries, searched } = route;
  return [...entries.map((entry) => `e ${keyOf(entry)}`), ...new Set(searched.map((one) => `m ${one}`))];
}

/** A directory can't be moved into itself. */
function waysUp(tree: Tree, ...routes: (Route | undefined)[]): string[] {
  const directories = routes.flatMap((route) => (route?.entry ? lineage(tree, route.entry.directory) : []));
  return [...new Set(directories)].map((directory) => `e ${directory}/..`);
}

/** What decides the path that the kernel reports for a descriptor. */
function placeOf(fd: number, tree: Tree): string[] {
  const file = tree.openFile(fd);
  if (file?.inode === undefined) return [];
  return file.isDirectory ? lineage(tree, file.inode).map((one) => `n ${one}`) : ['names'];
}

/** A watch on a directory hears of the files in it, one on a file of that alone. */
function watched(entry: Entry | undefined, inode: string | undefined): string[] {
  return [
    ...(entry ? [`w ${keyOf(entry)}`, `w ${entry.directory}`] : []),
    ...(inode === undefined ? [] : [`w ${inode}`]),
  ];
}

/** True if it matters which of two calls comes first. */
export function conflicts(a: readonly Access[], b: readonly Access[]): boolean {
  return a.some(({ on, how }) =>
    b.some((other) => other.on === on && !(how === other.how && how !== 'write')),
  );
}

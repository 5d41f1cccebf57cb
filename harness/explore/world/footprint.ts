import { actOf, followsLink } from '../protocol/act.js';
import { type CallFacts, factsOf, type Part } from '../protocol/calls.js';
import type { CallToMake } from '../protocol/protocol.js';
import { UncontrolledError } from '../protocol/uncontrolled.js';
import { isToFindDirectory, type Way, waysOf } from './halves.js';
import { type Entry, lineage, type Route, type Tree, walk } from './walk.js';

/** What a call touches, and how. Two that only read, or that only add, may change places. */
export interface SharedAccess {
  on: string;
  /** `add` stands for changes that don't see each other, like two new names in one directory. */
  how: 'read' | 'write' | 'add';
}

/** Where the two paths of a call lead. */
export interface Routes {
  from: Route | undefined;
  to: Route | undefined;
}

/** The file that a call is about: at its first path, or of its descriptor. */
export type Subject = Pick<Route, 'entry' | 'inode'>;

/** @param tree as the client knows it whose call it is */
export function routesOf(call: CallToMake, tree: Tree): Routes {
  const { from, to } = waysOf(call);
  const { call: name, half } = call;
  if (half === undefined)
    return {
      from: from && walk(tree, from.path, from.at, followsLink(call)),
      to: to && walk(tree, to.path, to.at, factsOf(name)?.followsSecond ?? false),
    };
  const directory = (way: Way | undefined) => way && searched(walk(tree, way.path, way.at, true));
  const file = () => from && walk(tree, from.path, from.at, followsLink({ ...call, call: half }));
  return { from: isToFindDirectory(call) ? directory(from) : file(), to: directory(to) };
}

/** Whether a name may be looked up in what the way leads to is part of the way. */
function searched(route: Route): Route {
  const { inode, kind } = route;
  return inode === undefined || kind !== 'directory'
    ? route
    : { ...route, searched: [...route.searched, inode] };
}

export function subjectOf({ fd }: CallToMake, { from }: Routes, tree: Tree): Subject {
  const file = fd === undefined ? undefined : tree.openFile(fd);
  const { entry, inode } = from ?? file ?? {};
  return { ...(entry ? { entry } : {}), ...(inode === undefined ? {} : { inode }) };
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
 * What a call does is in the table of calls; here is what that touches.
 *
 * @throws UncontrolledError for a call that nothing is known of
 */
export function accessesOf(call: CallToMake, tree: Tree, routes = routesOf(call, tree)): SharedAccess[] {
  const { from, to } = routes;
  const subject = subjectOf(call, routes, tree);
  const { reads, changes, first, second, lock, syncs } = actOf(call, subject.inode !== undefined);
  return [
    // It may end after any call, or close a file: that lets its locks go, and is no call of its own.
    ...write(...(tree.locks ?? [])),
    ...[from, to].flatMap((route) => (route ? read(...lookedUp(route, call)) : [])),
    ...(leavesSandbox(call, routes, tree) ? write('outside') : []),
    ...(lock ? write(lockOf(call, tree)) : []),
    ...reads.flatMap((part) => read(...thingsRead(part, call, subject, tree))),
    ...(changes ? changed(changes, subject) : []),
    ...(first ? entryChanged(from) : []),
    ...(second ? entryChanged(to) : []),
    ...(first === 'removes' ? takenAway(from) : []),
    ...(first === 'moves' ? moved(tree, from, to) : []),
    ...(second === 'replaces' ? takenAway(to) : []),
    ...(second === 'fills' ? filled(call, to, tree) : []),
    ...(tree.locksOpenFiles ? whetherOpen(call, routes, subject) : []),
    ...(tree.power ? reachesDisk(tree.power, { syncs, changes, first, second }, subject) : []),
  ];
}

/** Where a name is locked while its file is open, it matters whether an `open` or `close` comes before its change. */
function whetherOpen({ call }: CallToMake, { from, to }: Routes, { inode }: Subject): SharedAccess[] {
  const { descriptors, first, second } = factsOf(call) ?? {};
  const of = (...inodes: (string | undefined)[]) =>
    inodes.flatMap((one) => (one === undefined ? [] : `o ${one}`));
  if (descriptors) return add(...of(inode));
  return first || second ? read(...of(from?.inode, to?.inode)) : [];
}

/**
 * Where the power may be lost it matters whether a change comes before a sync of that file. With a journal, any sync takes along all
 * changes before it, and what is left of them is a prefix: so their order matters, too.
 */
function reachesDisk(
  power: 'posix' | 'ext4',
  { syncs, changes, first, second }: { [Fact in 'syncs' | 'changes' | 'first' | 'second']: CallFacts[Fact] },
  { inode }: Subject,
): SharedAccess[] {
  const ordered = power === 'ext4';
  if (syncs) {
    const own = inode === undefined ? [] : ['d', 'm', 't', 'l'].map((letter) => `${letter} ${inode}`);
    return read(...own, ...(ordered ? ['journal'] : []));
  }
  return ordered && (changes || first || second) ? write('journal') : [];
}

function read(...on: string[]): SharedAccess[] {
  return on.map((one) => ({ on: one, how: 'read' }));
}

function write(...on: string[]): SharedAccess[] {
  return on.map((one) => ({ on: one, how: 'write' }));
}

function add(...on: string[]): SharedAccess[] {
  return on.map((one) => ({ on: one, how: 'add' }));
}

function lookedUp(route: Route, { call }: CallToMake): string[] {
  if (route.isUnknown) throw new UncontrolledError(`its ${call} goes through a link into /proc`);
  const { entries, searched } = route;
  return [...entries.map((entry) => `e ${keyOf(entry)}`), ...new Set(searched.map((one) => `m ${one}`))];
}

function leavesSandbox({ fd }: CallToMake, { from, to }: Routes, tree: Tree): boolean {
  const file = fd === undefined ? undefined : tree.openFile(fd);
  return [from, to].some((route) => route?.isOutside) || (file !== undefined && file.inode === undefined);
}

function thingsRead(part: Part, call: CallToMake, { entry, inode }: Subject, tree: Tree): string[] {
  const ofFile = (letter: string) => (inode === undefined ? [] : [`${letter} ${inode}`]);
  switch (part) {
    case 'data':
      return ofFile('d');
    case 'mode':
      return ofFile('m');
    case 'times':
      return ofFile('t');
    case 'listing':
      return ofFile('l');
    case 'changes':
      return [...(entry ? [`w ${keyOf(entry)}`] : []), ...ofFile('w')];
    case 'place':
      return call.at === undefined ? [] : placeOf(call.at, tree);
    case 'life':
      return [`p ${call.of}`];
  }
}

/** The file's own data or mode change, and with them its times. */
function changed(what: NonNullable<CallFacts['changes']>, { entry, inode }: Subject): SharedAccess[] {
  const own = { data: ['d', 't'], mode: ['m', 't'], times: ['t'], links: ['t'] }[what];
  return [
    ...(inode === undefined ? [] : write(...own.map((letter) => `${letter} ${inode}`))),
    ...add(...watched(entry, inode)),
  ];
}

/** An entry appears, disappears or is replaced. */
function entryChanged(route: Route | undefined): SharedAccess[] {
  if (!route?.entry) return [];
  const { directory } = route.entry;
  return [
    // In a removed directory nothing can be made, as a process finds out that holds it open.
    ...read(`x ${directory}`),
    ...write(`e ${keyOf(route.entry)}`),
    ...add(`l ${directory}`, `t ${directory}`, ...watched(route.entry, route.inode)),
    ...(route.inode === undefined ? [] : write(`t ${route.inode}`)),
  ];
}

/** What was there has another path from now on, as the kernel reports it. */
function placeChanged(route: Route | undefined): SharedAccess[] {
  if (route?.inode === undefined) return [];
  return [...add('names'), ...(route.kind === 'directory' ? write(`n ${route.inode}`) : [])];
}

function takenAway(route: Route | undefined): SharedAccess[] {
  const isDirectory = route?.inode !== undefined && route.kind === 'directory';
  return [...placeChanged(route), ...(isDirectory ? write(`l ${route.inode}`, `x ${route.inode}`) : [])];
}

function moved(tree: Tree, from: Route | undefined, to: Route | undefined): SharedAccess[] {
  const isDirectory = from?.kind === 'directory';
  return [
    ...placeChanged(from),
    ...(isDirectory || to?.kind === 'directory' ? read(...waysUp(tree, from, to)) : []),
    ...(isDirectory ? [...write(`e ${from.inode}/..`), ...read(`m ${from.inode}`)] : []),
  ];
}

function filled({ to: path = '', toAt }: CallToMake, to: Route | undefined, tree: Tree): SharedAccess[] {
  return [
    ...(to?.inode === undefined ? [] : write(`d ${to.inode}`, `m ${to.inode}`)),
    // Where it fails halfway it removes what its second path names, even a link.
    ...entryChanged(walk(tree, path, toAt, false)),
    ...add('names'),
  ];
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

/** A watch on a directory reports changes of the files in it, one on a file of that file alone. */
function watched(entry: Entry | undefined, inode: string | undefined): string[] {
  return [
    ...(entry ? [`w ${keyOf(entry)}`, `w ${entry.directory}`] : []),
    ...(inode === undefined ? [] : [`w ${inode}`]),
  ];
}

/** True if it matters which of two calls comes first. */
export function conflicts(a: readonly SharedAccess[], b: readonly SharedAccess[]): boolean {
  for (const { on, how } of a)
    for (const other of b) if (other.on === on && !(how === other.how && how !== 'write')) return true;
  return false;
}

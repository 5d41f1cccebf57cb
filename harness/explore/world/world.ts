import path from 'node:path';
import type { Disk } from '../../line/disk.js';
import { actOf } from '../protocol/act.js';
import { type CallFacts, factsOf } from '../protocol/calls.js';
import type { CallEnd, CallToMake, Identity } from '../protocol/protocol.js';
import { fingerprint } from './fingerprint.js';
import { keyOf, lockOf, type Routes, routesOf, type Subject, subjectOf } from './footprint.js';
import { heldAfter, heldUnder, type Way, waysOf } from './halves.js';
import { Inodes } from './inodes.js';
import { type Foresight, KnownRoutes } from './known-routes.js';
import { type Change, Listeners, type Watch, type WatchEvent } from './listeners.js';
import { Locks } from './locks.js';
import { OpenFiles } from './open-files.js';
import { type LookUp, Places } from './places.js';
import {
  below,
  describe,
  empty,
  type FirstFile,
  makeAllFirst,
  namesBelow,
  parentOf,
} from './sandbox-files.js';
import type { Entry, FoundEntry, OpenFile, Route, Tree } from './walk.js';

/**
 * The sandbox as the scheduler knows it: which file is which, with numbers and times that are the same in every execution,
 * and who watches what. While the world stands still, everything can simply be looked up.
 */
export class World implements Tree {
  private readonly inodes = new Inodes();
  /** What lay above the directories that were removed. */
  private readonly lastParents = new Map<string, string>();
  private readonly openFiles = new OpenFiles();
  private readonly listeners = new Listeners();
  private readonly held = new Locks();
  private current = 0;
  private model: Tree['power'];
  /** The same for all executions of a search. */
  locksOpenFiles = false;
  readonly known = new KnownRoutes();
  private readonly places: Places;

  /** @param disk where the sandbox is @param lookUp a quicker way to ask it */
  constructor(
    readonly rootPath: string,
    readonly disk: Disk,
    lookUp?: LookUp,
  ) {
    this.places = new Places(rootPath, disk, lookUp);
  }

  get power(): Tree['power'] {
    return this.model;
  }

  /** What a call touches depends on it. */
  set power(model: Tree['power']) {
    this.model = model;
    this.known.under(model);
  }

  get root(): string {
    return this.inodes.numberOf(this.places.at('')?.id ?? '');
  }

  /** A process starts in it, so it must be there before the first execution, and stay. */
  makeRoot(): void {
    this.disk.mkdirSync(this.rootPath, { recursive: true, mode: 0o700 });
  }

  /** Makes the sandbox as it is at the beginning. @param files by their paths */
  restart(files: Readonly<Record<string, FirstFile>>, now: number): void {
    empty(this.disk, this.rootPath);
    this.known.begin(files);
    this.inodes.forget();
    this.lastParents.clear();
    this.places.forget();
    this.openFiles.forget();
    this.listeners.clear();
    this.held.forget();
    this.bornAt('', -1, now);
    makeAllFirst(this.disk, this.rootPath, files, (name) => this.bornAt(name, -1, now));
  }

  /** The machine was started again: the files that are left keep their numbers. @param times of each, by the system's number */
  reboot(times: ReadonlyMap<string, number>): void {
    this.known.forgetAll();
    this.lastParents.clear();
    this.places.forget();
    this.openFiles.forget();
    this.listeners.clear();
    this.held.forget();
    for (const [id, mtime] of times) this.inodes.touch(this.inodes.numberOf(id), { mtime, ctime: mtime });
  }

  /** Whose descriptors are meant from now on. */
  as(client: number): this {
    this.current = client;
    return this;
  }

  openFile(fd: number | string): OpenFile | undefined {
    return this.openFiles.get(this.current, fd);
  }

  child(directory: string, name: string): FoundEntry | undefined {
    const place = this.places.directory(this.inodes.idOf(directory));
    const found = place === undefined ? undefined : this.places.at(below(place, name));
    if (!found) return undefined;
    const { id, kind, target } = found;
    return { inode: this.inodes.numberOf(id), kind, ...(target === undefined ? {} : { target }) };
  }

  parent(directory: string): string | undefined {
    const place = this.places.directory(this.inodes.idOf(directory));
    if (place === undefined) return this.lastParents.get(directory);
    const above = place === '' ? undefined : this.places.at(parentOf(place));
    return above && this.inodes.numberOf(above.id);
  }

  get locks(): ReadonlySet<string> {
    return this.held.of(this.current);
  }

  /** Where a call of the client that is meant leads. */
  routes(call: CallToMake): Routes {
    const known = this.known.of(this.current, call);
    known.routes ??= routesOf(call, this);
    return known.routes;
  }

  /** What a call is about to touch, of the client that is meant. */
  foresee(call: CallToMake): Foresight {
    const known = this.known.of(this.current, call);
    known.foresight ??= this.look(call);
    return known.foresight;
  }

  private look(call: CallToMake): Foresight {
    const file = call.fd === undefined ? undefined : this.openFile(call.fd);
    // Half a call is about the same as the whole one.
    const { half: _, ...whole } = call;
    const { from, to } = waysOf(whole);
    return {
      ...this.routes(call),
      place: from ? this.placeOf(from) : file?.path,
      placeTo: to && this.placeOf(to),
    };
  }

  /** What `stat` is to say of times and numbers. */
  identityFor({ call, fd }: CallToMake, { from }: Foresight): Identity | undefined {
    if (!factsOf(call)?.reads.includes('times')) return undefined;
    // The entry of a descriptor is made anew by the kernel whenever it is asked for.
    if (from?.isDescriptor) return { ino: 1, mtime: 0, ctime: 0, birthtime: 0 };
    const inode = fd === undefined ? from?.inode : this.openFile(fd)?.inode;
    return inode === undefined ? undefined : this.inodes.identityOf(this.inodes.idOf(inode));
  }

  /**
   * Records what a call of a client has done. What each call means is in the table of calls.
   *
   * @returns the events of watches, each with the client that gets it
   * @throws UncontrolledError for a call of which nothing is known
   */
  record(
    client: number,
    call: CallToMake,
    foresight: Foresight,
    end: CallEnd,
    now: number,
  ): [client: number, WatchEvent][] {
    this.places.forgetAfter(call);
    this.known.forgetAfter(client, call, end);
    this.as(client);
    const subject = subjectOf(call, foresight, this);
    const act = actOf(call, subject.inode !== undefined);
    if (call.pin !== undefined) for (const held of heldUnder(call.pin)) this.openFiles.remove(client, held);
    if (end.pin !== undefined)
      for (const [held, file] of heldAfter(call, foresight, end.pin)) this.openFiles.add(client, held, file);
    if (end.errno !== undefined) return [];
    const { from, to } = foresight;
    const isFilled = act.second === 'fills' && to?.inode !== undefined;
    if (act.changes) this.inodes.touch(subject.inode, timesOf(act.changes, call, now));
    const created = act.first && this.changeFirst(act.first, from, now);
    if (act.second) this.changeSecond(act.second, to, now);
    if (act.first === 'moves' && from?.entry && to?.entry)
      this.openFiles.renamed(from.inode, from.entry, to.entry);
    if (act.descriptors === 'closes') this.openFiles.remove(client, call.fd ?? -1);
    if (act.descriptors === 'opens' && end.fd !== undefined)
      this.openFiles.add(client, end.fd, openFileOf(foresight, created));
    if (act.lock) this.held.record(client, act.lock, lockOf(call, this));
    if (act.watch === 'begins') this.listeners.add(watchOf(client, call, foresight));
    if (act.watch === 'ends') this.listeners.remove(client, call.of);
    return [
      ...(act.changes ? this.notify(act.changes === 'links' ? 'rename' : 'change', subject) : []),
      ...(act.first ? this.notify('rename', from) : []),
      ...(act.second ? this.notify(isFilled ? 'change' : 'rename', to) : []),
    ];
  }

  private notify(event: Change['event'], subject: Subject | undefined): [client: number, WatchEvent][] {
    return this.listeners.notify({ event, entry: subject?.entry, inode: subject?.inode });
  }

  /** @returns the number of the file that was created */
  private changeFirst(
    how: NonNullable<CallFacts['first']>,
    from: Route | undefined,
    now: number,
  ): string | undefined {
    const created = how === 'creates' ? this.born(from?.entry, this.current, now) : undefined;
    if (how !== 'creates') this.inodes.touch(from?.inode, { ctime: now });
    this.inodes.touch(from?.entry?.directory, { mtime: now, ctime: now });
    if (how === 'removes') this.keepParent(from);
    return created;
  }

  private changeSecond(how: NonNullable<CallFacts['second']>, to: Route | undefined, now: number): void {
    const changed = { mtime: now, ctime: now };
    if (how === 'fills') this.inodes.touch(to?.inode ?? this.born(to?.entry, this.current, now), changed);
    if (how === 'replaces') this.keepParent(to);
    this.inodes.touch(to?.entry?.directory, changed);
  }

  /** A fingerprint of all that can be found in the sandbox: names, modes, owners, numbers, times and contents. */
  fingerprint(): number {
    const names = namesBelow(this.disk, this.rootPath, '').sort();
    return fingerprint(
      ['', ...names]
        .map((name) => describe(this.disk, this.rootPath, name, (id) => this.inodes.identityOf(id)))
        .join('\n'),
    );
  }

  /** The paths of what is open and watched belong to one life. */
  forget(client: number): void {
    this.known.forgetClient(client);
    this.openFiles.forget(client);
    this.listeners.remove(client);
    this.held.forget(client);
  }

  /** What a path stands for: that of a directory which is gone, what it stood for last. */
  private placeOf({ path: place, at }: Way): string {
    const file = at === undefined ? undefined : this.openFile(at);
    const id = file?.inode === undefined || !file.isDirectory ? '' : this.inodes.idOf(file.inode);
    const base = (id && (this.places.directory(id) ?? this.places.lastSeen(id))) || file?.path || '';
    const whole = path.posix.join(base, place).replace(/\/$/, '');
    return whole === '.' ? '' : whole;
  }

  /** A removed directory still knows what lay above it. */
  private keepParent(route: Route | undefined): void {
    if (route?.kind === 'directory' && route.inode !== undefined && route.entry)
      this.lastParents.set(route.inode, route.entry.directory);
  }

  private born(entry: Entry | undefined, client: number, now: number): string | undefined {
    const place = entry && this.places.directory(this.inodes.idOf(entry.directory));
    return place === undefined ? undefined : this.bornAt(below(place, entry?.name ?? ''), client, now);
  }

  private bornAt(place: string, client: number, now: number): string | undefined {
    const id = this.places.at(place)?.id;
    return id === undefined ? undefined : this.inodes.born(id, client, now);
  }
}

/** Which times change with a file. */
function timesOf(
  changes: NonNullable<CallFacts['changes']>,
  { mtime }: CallToMake,
  now: number,
): Partial<Identity> {
  if (changes === 'mode' || changes === 'links') return { ctime: now };
  return { mtime: mtime ?? now, ctime: now };
}

/** @param created the number of the file, where it is new */
function openFileOf({ from, place = '' }: Foresight, created: string | undefined): OpenFile {
  const isDirectory = from?.kind === 'directory';
  return { inode: created ?? from?.inode, isDirectory, path: place, entry: from?.entry };
}

function watchOf(client: number, { of = 0 }: CallToMake, { from, place = '' }: Foresight): Watch {
  const isDirectory = from?.kind === 'directory';
  const entry = from?.entry && keyOf(from.entry);
  return { client, of, inode: from?.inode, isDirectory, entry, name: path.basename(place) };
}

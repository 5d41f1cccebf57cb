import path from 'node:path';
import type { Disk } from '../../line/disk.js';
import type { UnknownCall } from '../protocol/calls.js';
import type { CallEnd, CallToMake, Identity } from '../protocol/protocol.js';
import { fingerprint } from './fingerprint.js';
import { keyOf, type Routes, routesOf } from './footprint.js';
import { Inodes } from './inodes.js';
import { type Foresight, KnownRoutes } from './known-routes.js';
import { type Change, Listeners, type WatchEvent } from './listeners.js';
import { Locks } from './locks.js';
import { Places } from './places.js';
import {
  below,
  describe,
  empty,
  type FirstFile,
  makeAllFirst,
  namesBelow,
  parentOf,
} from './sandbox-files.js';
import type { Entry, Found, OpenFile, Route, Tree } from './walk.js';

/**
 * The sandbox as the scheduler knows it: which file is which, with numbers and times that are the same in every execution,
 * and who watches what. While the world stands still, everything can simply be looked up.
 */
export class World implements Tree {
  private readonly inodes = new Inodes();
  /** What lay above the directories that were removed. */
  private readonly graves = new Map<string, string>();
  private readonly openFiles = new Map<string, OpenFile>();
  private readonly listeners = new Listeners();
  private readonly held = new Locks();
  private current = 0;
  readonly known = new KnownRoutes();
  private readonly places: Places;

  /** @param disk where the sandbox is */
  constructor(
    readonly rootPath: string,
    readonly disk: Disk,
  ) {
    this.places = new Places(rootPath, disk);
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
    this.known.version++;
    this.inodes.forget();
    this.graves.clear();
    this.places.forget();
    this.openFiles.clear();
    this.listeners.clear();
    this.held.forget();
    this.bornAt('', -1, now);
    makeAllFirst(this.disk, this.rootPath, files, (name) => this.bornAt(name, -1, now));
  }

  /** Whose descriptors are meant from now on. */
  as(client: number): this {
    this.current = client;
    return this;
  }

  openFile(fd: number): OpenFile | undefined {
    return this.openFiles.get(`${this.current}.${fd}`);
  }

  child(directory: string, name: string): Found | undefined {
    const place = this.places.directory(this.inodes.idOf(directory));
    const found = place === undefined ? undefined : this.places.at(below(place, name));
    if (!found) return undefined;
    const { id, kind, target } = found;
    return { inode: this.inodes.numberOf(id), kind, ...(target === undefined ? {} : { target }) };
  }

  parent(directory: string): string | undefined {
    const place = this.places.directory(this.inodes.idOf(directory));
    if (place === undefined) return this.graves.get(directory);
    const above = place === '' ? undefined : this.places.at(parentOf(place));
    return above && this.inodes.numberOf(above.id);
  }

  get locks(): ReadonlySet<string> {
    return this.held.of(this.current);
  }

  /** Where a call of the client that is meant leads. */
  routes(call: CallToMake): Routes {
    return this.known.of(this.current, call, () => routesOf(call, this));
  }

  /** What a call is about to touch, of the client that is meant. */
  foresee(call: CallToMake): Foresight {
    const file = call.fd === undefined ? undefined : this.openFile(call.fd);
    return {
      ...this.routes(call),
      place: call.path === undefined ? file?.path : this.placeOf(call.path, call.at),
      placeTo: call.to === undefined ? undefined : this.placeOf(call.to, call.toAt),
    };
  }

  /** What `stat` is to say of times and numbers. */
  identityFor({ call, fd }: CallToMake, { from }: Foresight): Identity | undefined {
    if (!/^[lf]?stat$/.test(call)) return undefined;
    // The entry of a descriptor is made anew by the kernel whenever it is asked for.
    if (from?.isDescriptor) return { ino: 1, mtime: 0, ctime: 0, birthtime: 0 };
    const inode = fd === undefined ? from?.inode : this.openFile(fd)?.inode;
    return inode === undefined ? undefined : this.inodes.identityOf(this.inodes.idOf(inode));
  }

  /** Takes note of what a call of a client has done. @returns who hears of it */
  note(
    client: number,
    call: CallToMake,
    { from, to, place = '' }: Foresight,
    end: CallEnd,
    now: number,
  ): [client: number, WatchEvent][] {
    this.places.note(call);
    this.known.note(call);
    if (end.errno !== undefined) return [];
    this.as(client);
    if (call.call === 'lock' || call.call === 'unlock') return this.held.note(client, call, this);
    const { flags = '' } = call;
    const { entry, inode } = from ?? {};
    const touch = this.inodes.touch.bind(this.inodes);
    const changed = { mtime: now, ctime: now };
    const entryChanged = (one: Entry | undefined) => touch(one?.directory, changed);
    const hear = (event: Change['event'], route: Route | undefined) =>
      this.listeners.hear({ event, entry: route?.entry, inode: route?.inode });
    switch (call.call) {
      case 'open': {
        const isNew = inode === undefined && /c/.test(flags);
        const isCut = !isNew && /t/.test(flags);
        const opened = isNew ? this.born(entry, client, now) : inode;
        if (isNew) entryChanged(entry);
        if (isCut) touch(inode, changed);
        const isDirectory = from?.kind === 'directory';
        if (end.fd !== undefined)
          this.openFiles.set(`${client}.${end.fd}`, { inode: opened, isDirectory, path: place, entry });
        if (isNew) return hear('rename', from);
        return isCut ? hear('change', from) : [];
      }
      case 'close':
        this.openFiles.delete(`${client}.${call.fd}`);
        return [];
      case 'write':
      case 'writev':
      case 'ftruncate':
      case 'fchmod':
      case 'fchown':
      case 'futimes': {
        const file = this.openFile(call.fd ?? -1);
        if (!file) return [];
        const mtime = call.mtime ?? (/^f(chmod|chown)$/.test(call.call) ? undefined : now);
        touch(file.inode, { ctime: now, ...(mtime === undefined ? {} : { mtime }) });
        return this.listeners.hear({ event: 'change', entry: file.entry, inode: file.inode });
      }
      case 'truncate':
        touch(inode, changed);
        return hear('change', from);
      case 'utimes':
      case 'lutimes':
        touch(inode, { mtime: call.mtime ?? now, ctime: now });
        return hear('change', from);
      case 'chmod':
      case 'chown':
      case 'lchown':
        touch(inode, { ctime: now });
        return hear('change', from);
      case 'mkdir':
      case 'symlink':
        this.born(entry, client, now);
        entryChanged(entry);
        return hear('rename', from);
      case 'unlink':
      case 'rmdir':
        touch(inode, { ctime: now });
        entryChanged(entry);
        this.bury(from);
        return hear('rename', from);
      case 'copyFile': {
        const isNew = to?.inode === undefined;
        touch(isNew ? this.born(to?.entry, client, now) : to.inode, changed);
        entryChanged(to?.entry);
        return hear(isNew ? 'rename' : 'change', to);
      }
      case 'link':
      case 'rename':
        touch(inode, { ctime: now });
        entryChanged(to?.entry);
        if (call.call === 'rename') {
          entryChanged(entry);
          this.bury(to);
          this.moved(from, to);
        }
        return [...hear('rename', from), ...hear('rename', to)];
      case 'watch':
        this.listeners.add({
          client,
          of: call.of ?? 0,
          inode,
          isDirectory: from?.kind === 'directory',
          entry: entry && keyOf(entry),
          name: path.basename(place),
        });
        return [];
      case 'unwatch':
        this.listeners.remove(client, call.of);
        return [];
      case 'read': // These change nothing that others can find.
      case 'readv':
      case 'fsync':
      case 'fdatasync':
      case 'access':
      case 'stat':
      case 'lstat':
      case 'fstat':
      case 'readdir':
      case 'readlink':
      case 'realpath':
      case 'alive':
      case 'sleep':
        return [];
      default:
        // A call of the table that has no case above does not compile; any other was refused before it was made.
        call.call satisfies UnknownCall;
        return [];
    }
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
    this.known.version++;
    for (const name of this.openFiles.keys()) if (name.startsWith(`${client}.`)) this.openFiles.delete(name);
    this.listeners.remove(client);
    this.held.forget(client);
  }

  /** What a path stands for: that of a directory which is gone, what it stood for last. */
  private placeOf(place: string, at: number | undefined): string {
    const file = at === undefined ? undefined : this.openFile(at);
    const id = file?.inode === undefined || !file.isDirectory ? '' : this.inodes.idOf(file.inode);
    const base = (id && (this.places.directory(id) ?? this.places.lastSeen(id))) || file?.path || '';
    const whole = path.posix.join(base, place).replace(/\/$/, '');
    return whole === '.' ? '' : whole;
  }

  /** A removed directory still knows what lay above it. */
  private bury(route: Route | undefined): void {
    if (route?.kind === 'directory' && route.inode !== undefined && route.entry)
      this.graves.set(route.inode, route.entry.directory);
  }

  /** Whoever has it open has it under its new name. */
  private moved(from: Route | undefined, to: Route | undefined): void {
    if (!from?.entry || !to?.entry) return;
    const key = keyOf(from.entry);
    for (const file of this.openFiles.values())
      if (file.inode === from.inode && file.entry && keyOf(file.entry) === key) file.entry = to.entry;
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

import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fingerprint } from './fingerprint.js';
import { type Names, parentOf } from './footprint.js';
import { Places } from './places.js';
import type { CallEnd, CallToMake, Identity } from './protocol.js';

/** An open watch of a client. */
interface Watch {
  client: number;
  of: number;
  path: string;
  isDirectory: boolean;
}

export interface WatchEvent {
  watch: number;
  event: 'rename' | 'change';
  name: string;
}

interface Known extends Identity {
  /** The system's own number, by which it is found. */
  id: string;
}

interface OpenFile {
  inode: string;
  path: string;
}

/** What one call of a client is about to do: looked up before it, needed after it. */
export interface Foresight {
  /** The file at its path, before. */
  inode: string | undefined;
  replaced: string | undefined;
}

/**
 * The sandbox as the scheduler knows it: which file is which, with numbers and times that are the same in every execution,
 * and who watches what. While the world stands still, everything can simply be looked up.
 */
export class World implements Names {
  /** By the system's number. */
  private readonly known = new Map<string, Known>();
  private readonly openFiles = new Map<string, OpenFile>();
  private watches: Watch[] = [];
  private births = new Map<number, number>();
  private current = 0;
  private readonly places: Places;

  constructor(readonly root: string) {
    this.places = new Places(root);
  }

  /** A process starts in it, so it must be there before the first execution, and stay. */
  makeRoot(): void {
    mkdirSync(this.root, { recursive: true, mode: 0o700 });
  }

  /** Makes the sandbox as it is at the beginning. @param files by their paths */
  restart(files: Readonly<Record<string, string>>, now: number): void {
    empty(this.root);
    this.known.clear();
    this.places.forget();
    this.openFiles.clear();
    this.births.clear();
    this.watches = [];
    this.born('', -1, now);
    for (const [name, content] of Object.entries(files)) {
      for (const directory of ancestorsOf(name)) {
        mkdirSync(path.join(this.root, directory), { mode: 0o700 });
        this.born(directory, -1, now);
      }
      writeFileSync(path.join(this.root, name), content, { mode: 0o600 });
      chmodSync(path.join(this.root, name), 0o600);
      this.born(name, -1, now);
    }
  }

  /** Whose descriptors are meant from now on. */
  as(client: number): this {
    this.current = client;
    return this;
  }

  inodeAt(place: string): string | undefined {
    const id = this.places.at(place);
    return id === undefined ? undefined : this.numberOf(id);
  }

  openFile(fd: number): OpenFile | undefined {
    return this.openFiles.get(`${this.current}.${fd}`);
  }

  foresee(call: CallToMake): Foresight {
    return {
      inode: call.path === undefined ? undefined : this.places.at(call.path),
      replaced: call.to === undefined ? undefined : this.places.at(call.to),
    };
  }

  /** What `stat` is to say of times and numbers. */
  identityFor({ call, path: place, fd }: CallToMake): Identity | undefined {
    if (!/^[lf]?stat$/.test(call)) return undefined;
    const file = fd === undefined ? undefined : this.openFile(fd);
    const id = file
      ? this.idOf(file.inode)
      : call === 'stat'
        ? this.places.through(place ?? '')
        : this.places.at(place ?? '');
    return id === undefined ? undefined : this.known.get(id);
  }

  /** Takes note of what a call of a client has done. @returns who hears of it */
  note(
    client: number,
    call: CallToMake,
    before: Foresight,
    end: CallEnd,
    now: number,
  ): [client: number, WatchEvent][] {
    this.places.note(call);
    if (end.errno !== undefined) return [];
    this.as(client);
    const { path: place = '', to = '' } = call;
    const touch = (id: string | undefined, times: Partial<Identity>) => {
      const known = id === undefined ? undefined : this.known.get(id);
      if (known) Object.assign(known, times);
    };
    const entryChanged = (name: string) => touch(this.places.at(parentOf(name)), { mtime: now, ctime: now });
    switch (call.call) {
      case 'open': {
        const isNew = before.inode === undefined && /c/.test(call.flags ?? '');
        if (isNew) this.born(place, client, now);
        if (isNew) entryChanged(place);
        else if (/t/.test(call.flags ?? '')) touch(this.places.through(place), { mtime: now, ctime: now });
        const id = this.places.through(place) ?? '';
        if (end.fd !== undefined)
          this.openFiles.set(`${client}.${end.fd}`, { inode: this.numberOf(id), path: place });
        if (isNew) return this.hear([place, 'rename']);
        return /t/.test(call.flags ?? '') ? this.hear([place, 'change']) : [];
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
        touch(this.idOf(file.inode), { ctime: now, ...(mtime === undefined ? {} : { mtime }) });
        return this.hear([file.path, 'change']);
      }
      case 'truncate':
        touch(this.places.through(place), { mtime: now, ctime: now });
        return this.hear([place, 'change']);
      case 'utimes':
      case 'lutimes':
        touch(this.places.through(place), { mtime: call.mtime ?? now, ctime: now });
        return this.hear([place, 'change']);
      case 'chmod':
      case 'chown':
      case 'lchown':
        touch(this.places.through(place), { ctime: now });
        return this.hear([place, 'change']);
      case 'mkdir':
      case 'symlink':
        this.born(place, client, now);
        entryChanged(place);
        return this.hear([place, 'rename']);
      case 'unlink':
      case 'rmdir':
        touch(before.inode, { ctime: now });
        entryChanged(place);
        return this.hear([place, 'rename']);
      case 'copyFile':
        if (before.replaced === undefined) this.born(to, client, now);
        touch(this.places.at(to), { mtime: now, ctime: now });
        entryChanged(to);
        return this.hear([to, before.replaced === undefined ? 'rename' : 'change']);
      case 'link':
      case 'rename':
        touch(before.inode, { ctime: now });
        entryChanged(to);
        if (call.call === 'rename') entryChanged(place);
        return this.hear([place, 'rename'], [to, 'rename']);
      case 'watch': {
        const isDirectory =
          statSync(path.join(this.root, place), { throwIfNoEntry: false })?.isDirectory() ?? false;
        this.watches.push({ client, of: call.of ?? 0, path: place, isDirectory });
        return [];
      }
      case 'unwatch':
        this.watches = this.watches.filter((watch) => watch.client !== client || watch.of !== call.of);
        return [];
      default:
        return [];
    }
  }

  /** Of all that can be found in the sandbox: names, modes, owners, numbers, times and contents. */
  fingerprint(): number {
    const names = readdirSync(this.root, { recursive: true, encoding: 'utf8' }).sort();
    return fingerprint(['', ...names].map((name) => this.describe(name)).join('\n'));
  }

  private describe(name: string): string {
    const place = path.join(this.root, name);
    const stats = lstatSync(place);
    const { ino, mtime, ctime, birthtime } = this.known.get(String(stats.ino)) ?? {};
    const content = stats.isFile()
      ? readFileSync(place, 'base64')
      : stats.isSymbolicLink() && readlinkSync(place);
    const { mode, uid, gid, nlink } = stats;
    return JSON.stringify([name, mode, uid, gid, nlink, ino, mtime, ctime, birthtime, content]);
  }

  /** The paths of what is open and watched belong to one life. */
  forget(client: number): void {
    for (const name of this.openFiles.keys()) if (name.startsWith(`${client}.`)) this.openFiles.delete(name);
    this.watches = this.watches.filter((watch) => watch.client !== client);
  }

  private hear(...changes: [place: string, event: 'rename' | 'change'][]): [number, WatchEvent][] {
    return changes.flatMap(([place, event]) =>
      this.watches
        .filter((watch) => watch.path === place || (watch.isDirectory && watch.path === parentOf(place)))
        .map(({ client, of }): [number, WatchEvent] => [
          client,
          { watch: of, event, name: path.basename(place) },
        ]),
    );
  }

  /** A number that says who made it, and as which: the same however the others' calls lie between. */
  private born(place: string, client: number, now: number): void {
    const id = this.places.at(place);
    if (id === undefined) return;
    const count = (this.births.get(client) ?? 0) + 1;
    this.births.set(client, count);
    const ino = (client + 2) * 100_000 + count;
    this.known.set(id, { id, ino, mtime: now, ctime: now, birthtime: now });
  }

  private numberOf(id: string): string {
    return String(this.known.get(id)?.ino ?? `?${id}`);
  }

  private idOf(number: string): string | undefined {
    for (const known of this.known.values()) if (String(known.ino) === number) return known.id;
    return undefined;
  }
}

/** Quicker than `rmSync`, which looks at everything twice: this is done before every execution. */
function empty(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const place = path.join(directory, entry.name);
    if (!entry.isDirectory()) unlinkSync(place);
    else {
      empty(place);
      rmdirSync(place);
    }
  }
}

function ancestorsOf(name: string): string[] {
  const parts = name.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

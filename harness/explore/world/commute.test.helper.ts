import fs from 'node:fs';
import path from 'node:path';
import type { Random } from '../../workload/random.js';
import type { CallName } from '../protocol/calls.js';
import { lettersOf } from '../protocol/open-flags.js';
import type { CallEnd, CallToMake, Identity } from '../protocol/protocol.js';
import { type Corner, corners } from './corners.test.helper.js';
import { accessesOf } from './footprint.js';
import { World } from './world.js';

/** A call, and what the kernel is given for it. */
export interface RealCall {
  call: CallToMake;
  /** Of `open`. */
  flags?: number;
  /** Of `symlink`: what it says. */
  target?: string;
  mode?: number;
  owner?: number;
}

const { O_RDONLY, O_RDWR, O_CREAT, O_EXCL, O_TRUNC, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_WRONLY } =
  fs.constants;
const O_PATH = 0o10000000;
const now = 1e12;

const waysToOpen = [
  ...[
    O_RDONLY,
    O_RDWR,
    O_RDONLY | O_NOFOLLOW | O_NONBLOCK,
    O_RDONLY | O_DIRECTORY | O_NOFOLLOW,
    O_RDONLY | O_DIRECTORY,
  ],
  ...[
    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW,
    O_WRONLY | O_CREAT,
    O_WRONLY | O_CREAT | O_TRUNC,
    O_RDWR | O_TRUNC,
  ],
  ...[O_PATH, O_PATH | O_NOFOLLOW, O_PATH | O_DIRECTORY, O_RDWR | O_CREAT | O_NOFOLLOW],
];

const targets = ['f', 'e', '../d/g', 'missing', '/sandbox/q/d/f', '..'];

/**
 * Not `lock` and `unlock`: Node has no call for them. Not what touches no file, as `alive` and `sleep`, and not `watch`: the
 * scheduler alone decides what is reported.
 */
const onDescriptors = [
  'read readv write writev fstat ftruncate fchmod fchown futimes fsync fdatasync close',
].flatMap((names) => names.split(' ') as CallName[]);
const onOne = [
  'open open open stat stat lstat access readdir mkdir mkdir rmdir rmdir',
  'unlink unlink chmod chown lchown truncate readlink realpath symlink utimes lutimes',
].flatMap((names) => names.split(' ') as CallName[]);
/** Who is not root can make a file no other's. */
const owners = process.getuid?.() === 0 ? [0, 54321] : [process.getuid?.() ?? 0];
const onTwo: CallName[] = ['rename', 'rename', 'rename', 'link', 'copyFile'];

/** A sandbox on the real file system, two clients of which have things open, and the scheduler's knowledge of it. */
export class Ground {
  readonly world: World;
  private readonly open = new Map<number, number>();
  private corner = corners[0] as Corner;

  constructor(root: string) {
    this.world = new World(root, fs);
    this.world.makeRoot();
  }

  /** The same for the same choices of chance. Some of what is open is moved or removed afterwards, and its name is given to others. */
  prepare(random: Random): void {
    this.closeAll();
    this.corner = random.pick(corners);
    const { files, held, changes } = this.corner;
    this.world.restart(Object.fromEntries(files.map((name) => [name, name])), now);
    if (files.includes('q/d/f')) {
      const links = { link: 'f', way: 'e', nowhere: 'missing', whole: `${this.world.rootPath}/q/d/f` };
      for (const [name, target] of Object.entries(links))
        this.make(-1, { call: { id: 1, call: 'symlink', path: `q/d/${name}` }, target });
      this.make(-1, said('link q/d/f q/d/g'));
    }
    for (const client of [0, 1])
      for (const path of new Set([random.pick(held), random.pick(held), random.pick(held)])) {
        const flags =
          /[fgka]$/.test(path) && !/[/]?lease$/.test(path) ? O_RDWR : O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
        this.make(client, { call: { id: 1, call: 'open', path, flags: lettersOf(flags) }, flags });
      }
    if (random.int(0, 1) === 0) for (const words of random.pick(changes)) this.make(-1, said(words));
  }

  /**
   * Of a client: some call of some path or descriptor.
   * @param near another call, to which it often comes close
   */
  pick(client: number, random: Random, near?: RealCall): RealCall {
    const wanted = random.int(0, 2) > 0 ? path.basename(near?.call.path ?? '') : '';
    const among = (all: readonly string[]) => {
      const close = all.filter((one) => path.basename(one) === wanted);
      return random.pick(close.length > 0 ? close : all);
    };
    const own = [...this.open].filter(([, owner]) => owner === client).map(([fd]) => fd);
    const place = (): { path: string; at?: number } =>
      own.length > 0 && random.int(0, 1) === 0
        ? { path: among(this.corner.rests), at: random.pick(own) }
        : { path: among(this.corner.names) };
    const kind = random.int(0, 10);
    const owner = random.pick(owners);
    const mtime = random.pick([1e9, 2e9]);
    if (kind <= 1 && own.length > 0) {
      const call: CallToMake = { id: 1, call: random.pick(onDescriptors), fd: random.pick(own) };
      if (call.call === 'futimes') call.mtime = mtime;
      return { call, mode: random.pick([0o600, 0o640]), owner };
    }
    if (kind <= 4) {
      const { path: to, at: toAt } = place();
      const second = { to, ...(toAt === undefined ? {} : { toAt }) };
      return { call: { id: 1, call: random.pick(onTwo), ...place(), ...second } };
    }
    const call: CallToMake = { id: 1, call: random.pick(onOne), ...place() };
    if (call.call === 'utimes' || call.call === 'lutimes') call.mtime = mtime;
    const flags = call.call === 'open' ? random.pick(waysToOpen) : undefined;
    if (flags !== undefined) call.flags = lettersOf(flags);
    const target = random.pick(targets).replace('/sandbox', this.world.rootPath);
    const mode = random.pick([0o700, 0o750, 0o600]);
    return { call, target, mode, owner, ...(flags === undefined ? {} : { flags }) };
  }

  accesses(client: number, { call }: RealCall) {
    return accessesOf(call, this.world.as(client));
  }

  /** Makes a call, and lets the scheduler take note of it. @returns what its client can learn from it */
  make(client: number, real: RealCall): string {
    const { call } = real;
    const before = this.world.as(client).foresee(call);
    const identity = this.world.identityFor(call, before);
    const end: CallEnd = { digest: 0 };
    let found: string;
    // Nothing outside is to be touched.
    if (before.from?.isOutside || before.to?.isOutside) return 'outside';
    try {
      const result = this.perform(real);
      if (call.call === 'open') {
        this.open.set(Number(result), client);
        end.fd = Number(result);
      }
      if (call.call === 'close') this.open.delete(call.fd ?? -1);
      found = this.describe(call, result, identity);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      end.errno = code;
      found = code;
    }
    this.world.record(client, call, before, end, now);
    return found;
  }

  /** All that is there, by name and in what is open. */
  state(): string {
    const held = [...this.open].map(([fd, client]) => {
      const stats = fs.fstatSync(fd);
      const { mode, uid, nlink, size } = stats;
      const listing = stats.isDirectory() ? ls(`/proc/self/fd/${fd}`) : '';
      const place = this.shorten(fs.readlinkSync(`/proc/self/fd/${fd}`));
      return [client, mode, uid, nlink, size, timeIn(stats), listing, place].join(' ');
    });
    return [this.world.fingerprint(), ...held.sort()].join('\n');
  }

  closeAll(): void {
    for (const fd of this.open.keys()) fs.closeSync(fd);
    this.open.clear();
    this.world.forget(0);
    this.world.forget(1);
  }

  private perform({ call, flags = O_RDONLY, target = '', mode = 0o700, owner = 0 }: RealCall): unknown {
    const { call: name, fd = -1, path, at, to, toAt, mtime = 0 } = call;
    const seconds = mtime / 1e9;
    const [from, second] = [this.whole(path ?? '', at), this.whole(to ?? '', toAt)];
    switch (name) {
      case 'open':
        return fs.openSync(from, flags, 0o600);
      case 'read': {
        const bytes = Buffer.alloc(16);
        return bytes.toString('utf8', 0, fs.readSync(fd, bytes, 0, 16, 0));
      }
      case 'readv': {
        const bytes = Buffer.alloc(16);
        return bytes.toString('utf8', 0, fs.readvSync(fd, [bytes], 0));
      }
      case 'write':
        return fs.writeSync(fd, `w${this.open.get(fd)}`, 0);
      case 'writev':
        return fs.writevSync(fd, [Buffer.from('v'), Buffer.from(`${this.open.get(fd)}`)], 0);
      case 'ftruncate':
        return fs.ftruncateSync(fd, this.open.get(fd) ?? 0);
      case 'truncate':
        return fs.truncateSync(from, mode % 7);
      case 'fchmod':
        return fs.fchmodSync(fd, mode);
      case 'chmod':
        return fs.chmodSync(from, mode);
      case 'mkdir':
        return fs.mkdirSync(from, mode);
      case 'symlink':
        return fs.symlinkSync(target, from);
      case 'chown':
      case 'lchown':
        return fs[`${name}Sync`](from, owner, owner);
      case 'fchown':
        return fs.fchownSync(fd, owner, owner);
      case 'utimes':
      case 'lutimes':
        return fs[`${name}Sync`](from, seconds, seconds);
      case 'futimes':
        return fs.futimesSync(fd, seconds, seconds);
      case 'realpath':
        return fs.realpathSync.native(from);
      case 'close':
      case 'fsync':
      case 'fdatasync':
      case 'fstat':
        return fs[`${name}Sync`](fd);
      case 'rename':
      case 'link':
      case 'copyFile':
        return fs[`${name}Sync`](from, second);
      case 'stat':
      case 'lstat':
      case 'access':
      case 'readdir':
      case 'rmdir':
      case 'unlink':
      case 'readlink':
        return fs[`${name}Sync`](from);
      default:
        throw new Error(`no test makes ${name} here`);
    }
  }

  private whole(path: string, at: number | undefined): string {
    if (at === undefined) return `${this.world.rootPath}/${path}`;
    return path === '' ? `/proc/self/fd/${at}` : `/proc/self/fd/${at}/${path}`;
  }

  private describe({ call }: CallToMake, result: unknown, identity: Identity | undefined): string {
    if (call === 'open') return 'opened';
    if (result instanceof fs.Stats) {
      const { mode, nlink, uid, gid, size } = result;
      return [mode, nlink, uid, gid, size, identity?.ino, identity?.mtime, timeIn(result)].join(' ');
    }
    if (Array.isArray(result)) return result.sort().join(' ');
    return this.shorten(String(result));
  }

  private shorten(text: string): string {
    return text.replace(this.world.rootPath, '/sandbox');
  }
}

function said(words: string): RealCall {
  const [call = '', path = '', to] = words.split(' ');
  return { call: { id: 1, call: call as CallName, path, ...(to === undefined ? {} : { to }) } };
}

/** The time of its last change, where a call has set it. What the clock says differs from run to run. */
function timeIn({ mtimeMs }: fs.Stats): string {
  return mtimeMs < 1e6 ? String(mtimeMs) : 'now';
}

function ls(place: string): string {
  try {
    return fs.readdirSync(place).sort().join(' ');
  } catch {
    // It was removed.
    return 'gone';
  }
}

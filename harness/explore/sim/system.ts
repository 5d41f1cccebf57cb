import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Disk } from '../../line/disk.js';
import { fromWallMs } from '../calls/clock.js';
import { bytesOf, scatter } from '../calls/descriptor-calls.js';
import { toMs } from '../calls/path-calls.js';
import type { System } from '../calls/system.js';
import type { AnswerOf, CallOf, KernelCallName, Stats } from './kernel/calls.js';
import { Errno } from './kernel/errno.js';
import type { Kernel } from './kernel/kernel.js';
import type { Process } from './kernel/process.js';
import { type Named, nodeError } from './node-errors.js';
import { nodeDirent, nodeStats } from './node-stats.js';
import { type Half, Held } from './split-calls.js';

/** A kernel, and which of its processes makes a call: asked for each call, since both are others in each execution. */
export interface Machine {
  readonly kernel: Kernel;
}

type Options = Record<string, unknown> | undefined;

/**
 * The synchronous functions of `fs`, on a simulated kernel: the same arguments, answers and errors as Node's. Of options, those that
 * no function of the room `calls` needs are left out.
 * @param half which half of a call is made
 */
export function systemOf(machine: Machine, processOf: () => Process, half: Half = {}): System & Disk {
  function ask<Name extends KernelCallName>(call: CallOf<Name>): AnswerOf<Name> | Errno {
    const { kernel } = machine;
    if (half.now === undefined) return kernel.call(processOf(), call);
    if (half.now !== 'first') return kernel.finish(processOf(), half.now) as AnswerOf<Name> | Errno;
    const found = kernel.resolve(processOf(), call);
    if (found instanceof Errno) return found;
    throw new Held(found);
  }
  function make<Name extends KernelCallName>(call: CallOf<Name>, named: Named): AnswerOf<Name> {
    const answer = ask(call);
    if (answer instanceof Errno) throw nodeError(answer, named);
    return answer;
  }
  const onPath = <Name extends KernelCallName>(place: unknown, call: object, syscall: string) =>
    make<Name>({ ...call, path: pathOf(place) } as unknown as CallOf<Name>, { syscall, path: place });
  const onTwo = (call: 'rename' | 'link' | 'copyFile', from: unknown, to: unknown, more: object = {}) =>
    make({ call, path: pathOf(from), to: pathOf(to), ...more } as CallOf<typeof call>, {
      syscall: call.toLowerCase(),
      path: from,
      dest: to,
    });
  const onFile = <Name extends KernelCallName>(call: CallOf<Name>, syscall: string = call.call) =>
    make<Name>(call, { syscall });

  const looking = (call: 'stat' | 'lstat') => (place: unknown, options?: Options) => {
    const answer = ask<typeof call>({ call, path: pathOf(place) });
    if (!(answer instanceof Errno)) return nodeStats(answer as Stats, options?.bigint === true);
    if (options?.throwIfNoEntry === false && answer.code === 'ENOENT') return undefined;
    throw nodeError(answer, { syscall: call, path: place });
  };

  function openSync(place: unknown, flags: unknown = 'r', mode: unknown = 0o666): number {
    return onPath<'open'>(place, { call: 'open', flags: flagsOf(flags), mode: modeOf(mode) }, 'open');
  }

  function readdirSync(place: unknown, options?: Options | string): unknown[] {
    const listed = onPath<'readdir'>(place, { call: 'readdir' }, 'scandir');
    const withTypes = typeof options === 'object' && options?.withFileTypes === true;
    return listed.map((one) => (withTypes ? nodeDirent(one, pathOf(place)) : one.name));
  }

  function mkdirSync(place: unknown, options?: unknown): undefined {
    const { mode = 0o777, recursive = false } = (
      typeof options === 'object' && options !== null ? options : { mode: options ?? 0o777 }
    ) as { mode?: unknown; recursive?: boolean };
    if (recursive && lstatSync(place, { throwIfNoEntry: false })) return undefined;
    return onPath<'mkdir'>(place, { call: 'mkdir', mode: modeOf(mode) }, 'mkdir');
  }

  function readSync(fd: number, data: ArrayBufferView, ...rest: unknown[]): number {
    const room = bytesOf(data);
    const { offset = 0, length = room.length - offset, position } = spanOf(rest);
    const found = onFile<'read'>({ call: 'read', fd, length, position });
    room.set(found, offset);
    return found.length;
  }

  function readvSync(fd: number, views: readonly ArrayBufferView[], position?: unknown): number {
    const lengths = views.map(({ byteLength }) => byteLength);
    const call = { call: 'readv', fd, lengths, position: placeOf(position) } as const;
    const found = onFile<'readv'>(call, 'read');
    scatter(found, views, 0);
    return found.length;
  }

  function writeSync(fd: number, data: unknown, ...rest: unknown[]): number {
    if (typeof data === 'string') {
      const bytes = Buffer.from(data, rest[1] as BufferEncoding | undefined);
      return onFile<'write'>({ call: 'write', fd, bytes, position: placeOf(rest[0]) });
    }
    const all = bytesOf(data as ArrayBufferView);
    const { offset = 0, length = all.length - offset, position } = spanOf(rest);
    return onFile<'write'>({ call: 'write', fd, bytes: all.subarray(offset, offset + length), position });
  }

  function readFileSync(place: unknown, options?: BufferEncoding | { encoding?: BufferEncoding }): unknown {
    const fd = openSync(place);
    try {
      const { inode } = processOf().file(fd);
      const bytes = Buffer.from(onFile<'read'>({ call: 'read', fd, length: inode.size }));
      const encoding = typeof options === 'string' ? options : options?.encoding;
      return encoding ? bytes.toString(encoding) : bytes;
    } finally {
      onFile({ call: 'close', fd });
    }
  }

  function writeFileSync(place: unknown, data: string | Uint8Array, options?: { mode?: unknown }): void {
    const fd = openSync(place, 'w', options?.mode ?? 0o666);
    onFile({ call: 'write', fd, bytes: Buffer.from(data as string) });
    onFile({ call: 'close', fd });
  }

  const lstatSync = looking('lstat');
  const realpathSync = (place: unknown) => onPath<'realpath'>(place, { call: 'realpath' }, 'lstat');
  const native = (place: unknown) => onPath<'realpath'>(place, { call: 'realpath' }, 'realpath');
  const owner = (uid: number, gid: number) => ({ uid, gid });
  const time = (mtime: unknown) => ({ mtime: fromWallMs(toMs(mtime)) });

  return {
    openSync,
    readdirSync,
    mkdirSync,
    readSync,
    readvSync,
    writeSync,
    readFileSync,
    writeFileSync,
    lstatSync,
    statSync: looking('stat'),
    realpathSync: Object.assign(realpathSync, { native }),
    fstatSync: (fd: number, options?: Options) =>
      nodeStats(onFile<'fstat'>({ call: 'fstat', fd }), options?.bigint === true),
    writevSync: (fd: number, views: readonly ArrayBufferView[], position?: unknown) =>
      onFile<'writev'>(
        { call: 'writev', fd, parts: views.map(bytesOf), position: placeOf(position) },
        'write',
      ),
    accessSync: (place: unknown, mode = 0) => onPath<'access'>(place, { call: 'access', mode }, 'access'),
    chmodSync: (place: unknown, mode: unknown) =>
      onPath<'chmod'>(place, { call: 'chmod', mode: modeOf(mode) }, 'chmod'),
    chownSync: (place: unknown, uid: number, gid: number) =>
      onPath<'chown'>(place, { call: 'chown', ...owner(uid, gid) }, 'chown'),
    lchownSync: (place: unknown, uid: number, gid: number) =>
      onPath<'lchown'>(place, { call: 'lchown', ...owner(uid, gid) }, 'lchown'),
    utimesSync: (place: unknown, _: unknown, mtime: unknown) =>
      onPath<'utimes'>(place, { call: 'utimes', ...time(mtime) }, 'utime'),
    lutimesSync: (place: unknown, _: unknown, mtime: unknown) =>
      onPath<'lutimes'>(place, { call: 'lutimes', ...time(mtime) }, 'lutime'),
    // Node opens the file for it.
    truncateSync: (place: unknown, size = 0) => onPath<'truncate'>(place, { call: 'truncate', size }, 'open'),
    rmdirSync: (place: unknown) => onPath<'rmdir'>(place, { call: 'rmdir' }, 'rmdir'),
    unlinkSync: (place: unknown) => onPath<'unlink'>(place, { call: 'unlink' }, 'unlink'),
    readlinkSync: (place: unknown) => onPath<'readlink'>(place, { call: 'readlink' }, 'readlink'),
    symlinkSync: (target: unknown, place: unknown) =>
      make(
        { call: 'symlink', path: pathOf(place), target: pathOf(target) },
        { syscall: 'symlink', path: target, dest: place },
      ),
    renameSync: (from: unknown, to: unknown) => onTwo('rename', from, to),
    linkSync: (from: unknown, to: unknown) => onTwo('link', from, to),
    copyFileSync: (from: unknown, to: unknown, mode = 0) =>
      onTwo('copyFile', from, to, { isExclusive: (mode & fs.constants.COPYFILE_EXCL) !== 0 }),
    closeSync: (fd: number) => onFile({ call: 'close', fd }),
    ftruncateSync: (fd: number, size = 0) => onFile({ call: 'ftruncate', fd, size }),
    fsyncSync: (fd: number) => onFile({ call: 'fsync', fd }),
    fdatasyncSync: (fd: number) => onFile({ call: 'fdatasync', fd }),
    fchmodSync: (fd: number, mode: unknown) => onFile({ call: 'fchmod', fd, mode: modeOf(mode) }),
    fchownSync: (fd: number, uid: number, gid: number) => onFile({ call: 'fchown', fd, uid, gid }),
    futimesSync: (fd: number, _: unknown, mtime: unknown) =>
      onFile({ call: 'futimes', fd, ...time(mtime) }, 'futime'),
  } as unknown as System & Disk;
}

/** @throws TypeError as Node does for what is no path */
function pathOf(place: unknown): string {
  if (typeof place === 'string') return place;
  if (place instanceof URL) return fileURLToPath(place);
  if (place instanceof Uint8Array) return Buffer.from(place).toString();
  const message = 'The "path" argument must be of type string or an instance of Buffer or URL.';
  throw Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARG_TYPE' });
}

const { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_SYNC, O_TRUNC, O_WRONLY } = fs.constants;
const ways: Record<string, number> = {
  r: O_RDONLY,
  w: O_WRONLY | O_CREAT | O_TRUNC,
  a: O_WRONLY | O_CREAT | O_APPEND,
};

/** As Linux numbers them. */
function flagsOf(flags: unknown): number {
  if (typeof flags === 'number') return flags;
  const text = String(flags);
  const way = ways[text.replaceAll(/[sx+]/g, '')] ?? O_RDONLY;
  const both = text.includes('+') ? (way & ~O_WRONLY) | O_RDWR : way;
  return both | (text.includes('x') ? O_EXCL : 0) | (text.includes('s') ? O_SYNC : 0);
}

function modeOf(mode: unknown): number {
  return typeof mode === 'string' ? Number.parseInt(mode, 8) : Number(mode);
}

/** `(offset, length, position)`, or an object of these. */
function spanOf(rest: readonly unknown[]): {
  offset?: number;
  length?: number;
  position: number | undefined;
} {
  const [first] = rest;
  const isNamed = typeof first === 'object' && first !== null;
  const { offset, length, position } = (
    isNamed ? first : { offset: first, length: rest[1], position: rest[2] }
  ) as { offset?: number | null; length?: number | null; position?: unknown };
  return {
    ...(offset === undefined || offset === null ? {} : { offset }),
    ...(length === undefined || length === null ? {} : { length }),
    position: placeOf(position),
  };
}

/** Without one, the file goes on from where it was. */
function placeOf(position: unknown): number | undefined {
  if (position === undefined || position === null || Number(position) < 0) return undefined;
  return Number(position);
}

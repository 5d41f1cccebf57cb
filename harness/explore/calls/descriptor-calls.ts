import type { CallName } from '../protocol/calls.js';
import type { Calls } from './call.js';
import { fromWallMs } from './clock.js';
import { type Arguments, type Definition, toMs, withIdentity } from './path-calls.js';
import type { Self } from './self.js';

type Made = (...args: Arguments) => unknown;

function onFile(call: CallName, sync: Made): Definition {
  return function* (fd, ...args) {
    return yield { call, fd, run: () => sync(fd, ...args) };
  };
}

/** With what is read: into `(buffer, offset, ...)` or `(buffer, options)`, or into several buffers. */
function onRead(call: 'read' | 'readv', sync: Made): Definition {
  return function* (fd, data, ...rest) {
    const views = (Array.isArray(data) ? data : [data]) as ArrayBufferView[];
    const whole = () =>
      views.length === 1 && views[0] ? bytesOf(views[0]) : Buffer.concat(views.map(bytesOf));
    const from = Array.isArray(data) ? 0 : offsetIn(rest);
    return yield {
      call,
      fd,
      bytes: (count) => whole().subarray(from, from + count),
      refill: (bytes) => scatter(bytes, views, from),
      run: () => sync(fd, data, ...rest),
    };
  };
}

/** Puts bytes into the program's buffers, one after another. @param from where in each */
export function scatter(bytes: Uint8Array, views: readonly ArrayBufferView[], from: number): void {
  let left = bytes;
  for (const view of views) {
    const room = bytesOf(view).subarray(from);
    room.set(left.subarray(0, room.length));
    left = left.subarray(room.length);
  }
}

/** With what is written. It is copied: the program may use its buffer again before another process has gone on. */
function onWrite(call: 'write' | 'writev', sync: Made): Definition {
  return function* (fd, data, ...rest) {
    const given = Array.isArray(data) ? data.map(copyOf) : copyOf(data);
    const all = Array.isArray(given) ? Buffer.concat(given as Buffer[]) : given;
    const from = typeof data === 'string' || Array.isArray(data) ? 0 : offsetIn(rest);
    const bytes = (count: number) =>
      (typeof all === 'string' ? Buffer.from(all) : bytesOf(all as Buffer)).subarray(from, from + count);
    return yield { call, fd, bytes, run: () => sync(fd, given, ...rest) };
  };
}

function copyOf(data: unknown): unknown {
  return ArrayBuffer.isView(data) ? Buffer.from(bytesOf(data)) : data;
}

export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function offsetIn([first]: Arguments): number {
  return typeof first === 'number' ? first : (first?.offset ?? 0);
}

/** The functions of `fs` that are one call on an open file. */
export function descriptorCalls({ system: fs }: Self): Readonly<Record<string, Definition>> {
  function* fstat(fd: number, options?: unknown): Calls {
    return yield {
      call: 'fstat',
      fd,
      run: ({ identity }) => withIdentity((fs.fstatSync as Made)(fd, options), identity),
    };
  }

  function* futimes(fd: number, atime: number, mtime: number): Calls {
    return yield {
      call: 'futimes',
      fd,
      mtime: fromWallMs(toMs(mtime)),
      run: () => fs.futimesSync(fd, atime, mtime),
    };
  }

  return {
    fstat,
    futimes,
    fsync: onFile('fsync', fs.fsyncSync),
    fdatasync: onFile('fdatasync', fs.fdatasyncSync),
    close: onFile('close', fs.closeSync),
    ftruncate: onFile('ftruncate', fs.ftruncateSync),
    fchmod: onFile('fchmod', fs.fchmodSync),
    fchown: onFile('fchown', fs.fchownSync),
    read: onRead('read', fs.readSync as Made),
    readv: onRead('readv', fs.readvSync as Made),
    write: onWrite('write', fs.writeSync as Made),
    writev: onWrite('writev', fs.writevSync as Made),
  };
}

import type { CallName } from '../world/calls.js';
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

/** With what is read or written: `(buffer, offset, ...)` or `(buffer, options)`, or a string to write. */
function onBytes(call: CallName, sync: Made): Definition {
  return function* (fd, data, ...rest) {
    const [first] = rest;
    const offset = typeof first === 'number' ? first : (first?.offset ?? 0);
    const bytes = (count: number) => {
      const view = ArrayBuffer.isView(data)
        ? data
        : Buffer.from(Array.isArray(data) ? Buffer.concat(data) : String(data));
      return new Uint8Array(view.buffer, view.byteOffset + offset, Math.min(count, view.byteLength - offset));
    };
    return yield { call, fd, bytes, run: () => sync(fd, data, ...rest) };
  };
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
    read: onBytes('read', fs.readSync as Made),
    readv: onBytes('readv', fs.readvSync as Made),
    write: onBytes('write', fs.writeSync as Made),
    writev: onBytes('writev', fs.writevSync as Made),
  };
}

import type { Calls } from './call.js';
import { errnoError } from './evidence.js';
import { type Definition, toPath } from './path-calls.js';
import { bootIdOf, processOfStat, readStat } from './proc.js';
import type { Self } from './self.js';

const chunkSize = 64 * 1024;

interface FileOptions {
  encoding?: BufferEncoding | null;
  flag?: string;
  mode?: number;
  flush?: boolean;
  signal?: AbortSignal;
}

function optionsOf(options: unknown): FileOptions {
  if (typeof options === 'string') return { encoding: options as BufferEncoding };
  return (options ?? {}) as FileOptions;
}

/**
 * Functions of `fs` that are more than one call of the system. What happens between their calls is what tears a file.
 * @param definitions of the single calls
 */
export function wholeFileCalls(
  self: Self,
  definitions: Readonly<Record<string, Definition>>,
): Readonly<Record<string, Definition>> {
  const call = (name: string, ...args: unknown[]): Calls<never> =>
    definitions[name]?.(...args) as Calls<never>;

  function* readFile(place: unknown, given?: unknown): Calls {
    const { encoding, flag, signal } = optionsOf(given);
    signal?.throwIfAborted();
    if (self.hasProc === false && String(place).startsWith('/proc/'))
      throw errnoError('ENOENT', 'open', String(place));
    const process = processOfStat(place, self);
    if (process !== undefined) return yield* readStat(process, self);
    if (place === '/proc/sys/kernel/random/boot_id') return bootIdOf(self.boot);
    const fd: number = typeof place === 'number' ? place : yield* call('open', place, flag ?? 'r');
    const parts: Buffer[] = [];
    try {
      for (;;) {
        const chunk = Buffer.allocUnsafe(chunkSize);
        const count: number = yield* call('read', fd, chunk, 0, chunkSize, null);
        parts.push(chunk.subarray(0, count));
        // A read of a file that is short of what was asked for has come to its end.
        if (count < chunkSize) break;
      }
    } finally {
      if (typeof place !== 'number') yield* call('close', fd);
    }
    const bytes = Buffer.concat(parts);
    return encoding && (encoding as string) !== 'buffer' ? bytes.toString(encoding) : bytes;
  }

  function writing(defaultFlag: 'w' | 'a'): Definition {
    return function* (place: unknown, data: unknown, given?: unknown) {
      const { encoding, flag, mode, flush, signal } = optionsOf(given);
      signal?.throwIfAborted();
      const bytes = ArrayBuffer.isView(data)
        ? Buffer.from(data.buffer, data.byteOffset, data.byteLength)
        : Buffer.from(String(data), encoding ?? 'utf8');
      const fd: number =
        typeof place === 'number' ? place : yield* call('open', place, flag ?? defaultFlag, mode ?? 0o666);
      try {
        for (let written = 0; written < bytes.length; )
          written += (yield* call('write', fd, bytes, written, bytes.length - written, null)) as number;
        if (flush) yield* call('fsync', fd);
      } finally {
        if (typeof place !== 'number') yield* call('close', fd);
      }
      return undefined;
    };
  }

  function* exists(place: unknown): Calls {
    if (toPath(place, self.cwd) === undefined) return false;
    try {
      yield* call('access', place);
      return true;
    } catch (error) {
      // All calls throw once the gate has closed, and this one must, too.
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      return false;
    }
  }

  function* rm(place: unknown, options?: { force?: boolean; recursive?: boolean }): Calls {
    const { force = false, recursive = false } = options ?? {};
    try {
      const stats = (yield* call('lstat', place)) as { isDirectory(): boolean };
      if (!stats.isDirectory()) return yield* call('unlink', place);
      if (!recursive) {
        const message = `Path is a directory: rm returned EISDIR (is a directory) ${place}`;
        throw Object.assign(new Error(message), {
          code: 'ERR_FS_EISDIR',
          errno: 21,
          syscall: 'rm',
          path: String(place),
        });
      }
      const names = (yield* call('readdir', place)) as string[];
      for (const name of names)
        yield* rm(`${toPath(place, self.cwd) ?? ''}/${name}`, { force: true, recursive });
      return yield* call('rmdir', place);
    } catch (error) {
      if (force && (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  return {
    readFile,
    exists,
    rm,
    writeFile: writing('w'),
    appendFile: writing('a'),
  };
}

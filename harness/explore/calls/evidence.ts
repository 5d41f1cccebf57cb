import { listsNames, opensFile } from '../protocol/act.js';
import type { CallEnd } from '../protocol/protocol.js';
import { withoutNumbers } from './anchor.js';
import { type Call, found } from './call.js';

/** An error as the system gives it. The numbers are those of Linux; programs go by the code. */
export function errnoError(code: string, syscall: string, place: string | undefined): NodeJS.ErrnoException {
  const [errno, words] = errnos[code] ?? [1, 'unknown error'];
  const where = place === undefined ? '' : ` '${place}'`;
  return Object.assign(new Error(`${code}: ${words}, ${syscall}${where}`), {
    errno: -errno,
    code,
    syscall,
    ...(place === undefined ? {} : { path: place }),
  });
}

const errnos: Record<string, [errno: number, words: string]> = {
  EPERM: [1, 'operation not permitted'],
  ENOENT: [2, 'no such file or directory'],
  ESRCH: [3, 'no such process'],
  EIO: [5, 'i/o error'],
  EACCES: [13, 'permission denied'],
  EMFILE: [24, 'too many open files'],
  ENOSPC: [28, 'no space left on device'],
};

/** FNV-1a over what a call returned. */
export function digestOf(value: unknown): number {
  let hash = 0x811c9dc5;
  const add = (text: string) => {
    for (let index = 0; index < text.length; index++)
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  };
  if (ArrayBuffer.isView(value))
    add(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1'));
  else add(typeof value === 'object' && value !== null ? JSON.stringify(value, bigintsToo) : String(value));
  return hash >>> 0;
}

function bigintsToo(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

const textMax = 2000;

/** What a call found, or what went wrong, for people: values are made up, so contents may be shown. */
export function describe(value: unknown, call?: Call): string {
  if (value instanceof Error)
    return withoutNumbers(`${value.name}: ${value.message}`.split('\n', 1)[0] ?? '').slice(0, 300);
  if (call && listsNames(call.call)) return `[${(value as string[]).join(', ')}]`;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8', 0, textMax);
  if (typeof value === 'string') return value.slice(0, textMax);
  return typeof value === 'boolean' ? String(value) : '';
}

/** What there is to learn from a call that was made. @param details for people, too */
export function seenIn(call: Call, result: unknown, details: boolean): CallEnd {
  const what = found(call, result);
  return {
    fd: opensFile(call.call) ? (result as number) : undefined,
    digest: digestOf(what),
    text: details ? describe(what, call) : undefined,
  };
}

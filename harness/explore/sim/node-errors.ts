import { getSystemErrorMap } from 'node:util';
import type { Errno } from './kernel/errno.js';

const words = getSystemErrorMap();

/** What an error of `fs` names. */
export interface Named {
  syscall: string;
  path?: unknown;
  dest?: unknown;
}

/** An error as Node makes it of what the system answers. */
export function nodeError({ code, number }: Errno, { syscall, path, dest }: Named): NodeJS.ErrnoException {
  const [, what] = words.get(-number) ?? [code, 'unknown error'];
  const from = path === undefined ? '' : ` '${path}'`;
  const to = dest === undefined ? '' : ` -> '${dest}'`;
  const error = withoutStack(() => new Error(`${code}: ${what}, ${syscall}${from}${to}`));
  return Object.assign(error, {
    errno: -number,
    code,
    syscall,
    ...(path === undefined ? {} : { path: String(path) }),
    ...(dest === undefined ? {} : { dest: String(dest) }),
  });
}

/** The same error once more, for a program that is made again. */
export function errorAgain(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const Kind = [TypeError, RangeError].find((one) => error instanceof one) ?? Error;
  return Object.assign(
    withoutStack(() => new Kind(error.message)),
    error,
  );
}

/** A stack takes longer than the call that fails. */
function withoutStack<T>(make: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

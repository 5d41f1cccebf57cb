import { EventEmitter } from 'node:events';
import fs from 'node:fs';
import { promisify } from 'node:util';
import type { Calls, Runner } from './call.js';
import { descriptorCalls } from './descriptor-calls.js';
import { FileHandle } from './file-handle.js';
import type { Loop } from './loop.js';
import { type Arguments, type Definition, pathCalls, realpathNative } from './path-calls.js';
import { wholeFileCalls } from './whole-file-calls.js';

const definitions: Readonly<Record<string, Definition>> = {
  ...pathCalls,
  ...descriptorCalls,
  ...wholeFileCalls,
};

/** The ways to do what can't be controlled: seen, the run refuses. */
const uncontrolled = ['cp', 'watchFile', 'statfs', 'openAsBlob', 'glob'];

/**
 * Replaces every function of `fs` in place: the synchronous one, the one with a callback and the one with a promise are the
 * same sequence of calls. Whoever imports it by name, or has kept it from before, needs the builtin's exports synced.
 */
export function replaceFs(runner: Runner): void {
  const target = fs as unknown as Record<string, unknown>;
  const promises = fs.promises as unknown as Record<string, unknown>;
  const lookup = (name: string, args: Arguments) => (definitions[name] as Definition)(...args);

  for (const name of Object.keys(definitions)) {
    const define = (...args: Arguments) => lookup(name, args);
    target[`${name}Sync`] = (...args: Arguments) => now(name, runner, define, args);
    target[name] = withCallback(name, runner, define);
    if (name in promises && !(name in descriptorCalls)) {
      promises[name] = (...args: Arguments) => promised(runner, define(...args.map(descriptorOf)));
    }
  }
  const native = { sync: target.realpathSync, callback: target.realpath } as Record<string, object>;
  Object.assign(native.sync as object, {
    native: (...args: Arguments) => runner.runNow(realpathNative(...args)),
  });
  Object.assign(native.callback as object, { native: withCallback('realpath', runner, realpathNative) });

  promises.open = async (...args: Arguments) =>
    new FileHandle(
      (await promised(runner, lookup('open', args))) as number,
      (calls) => promised(runner, calls),
      definitions,
    );
  const listing = (calls: Calls): Calls =>
    (function* () {
      return new Directory((yield* calls) as fs.Dirent[]);
    })();
  const opendir: Definition = (place) => listing(lookup('readdir', [place, { withFileTypes: true }]));
  target.opendirSync = (...args: Arguments) => runner.runNow(opendir(...args));
  target.opendir = withCallback('opendir', runner, opendir);
  promises.opendir = (...args: Arguments) => promised(runner, opendir(...args));
}

/** Whoever calls what can't be controlled is refused. */
export function refuseUncontrolled(loop: Loop): void {
  const [target, promises] = [fs, fs.promises] as unknown as [
    Record<string, unknown>,
    Record<string, unknown>,
  ];
  for (const name of uncontrolled) {
    const refuse = () => loop.halt('refused', `it calls fs.${name}, which can't be controlled`);
    for (const where of [target, promises])
      for (const flavour of [name, `${name}Sync`]) if (flavour in where) where[flavour] = refuse;
  }
}

function now(name: string, runner: Runner, define: Definition, args: Arguments): unknown {
  const [, options] = args;
  try {
    return runner.runNow(define(...args));
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (/^l?stat$/.test(name) && options?.throwIfNoEntry === false && isMissing) return undefined;
    throw error;
  }
}

/** With two results, as only these have. */
const withBuffer = new Set(['read', 'write', 'readv', 'writev']);

function withCallback(name: string, runner: Runner, define: Definition): (...args: Arguments) => void {
  const replaced = (...args: Arguments) => {
    const index = args.findLastIndex((argument) => typeof argument === 'function');
    const callback = args[index];
    if (index < 0)
      throw Object.assign(new TypeError('The "cb" argument must be of type function'), {
        code: 'ERR_INVALID_ARG_TYPE',
      });
    const given = normalized(name, args.slice(0, index));
    runner.runLater(define(...given), (error, result) => {
      if (name === 'exists') callback(result);
      else if (error) callback(error);
      else if (withBuffer.has(name)) callback(null, result, given[1]);
      else if (result === undefined) callback(null);
      else callback(null, result);
    });
  };
  const promise = (...args: Arguments) => {
    const given = normalized(name, args);
    return promised(runner, define(...given)).then((result) => named(name, result, given[1]));
  };
  if (name === 'exists' || withBuffer.has(name)) Object.assign(replaced, { [promisify.custom]: promise });
  return replaced;
}

/** `fs.read` makes its own buffer where it is given none. */
function normalized(name: string, args: Arguments): Arguments {
  if (name !== 'read' || ArrayBuffer.isView(args[1])) return args;
  const { buffer = Buffer.alloc(16 * 1024), ...options } = args[1] ?? {};
  return [args[0], buffer, options];
}

function named(name: string, result: unknown, buffer: unknown): unknown {
  if (name === 'read') return { bytesRead: result, buffer };
  if (name === 'write') return { bytesWritten: result, buffer };
  return name === 'exists'
    ? result
    : { [`bytes${name === 'readv' ? 'Read' : 'Written'}`]: result, buffers: buffer };
}

function promised(runner: Runner, calls: Calls): Promise<unknown> {
  return new Promise((resolve, reject) => {
    runner.runLater(calls, (error, result) => (error ? reject(error) : resolve(result)));
  });
}

function descriptorOf(argument: unknown): unknown {
  return argument instanceof FileHandle ? argument.fd : argument;
}

/** What `opendir` gives: all was read when it was opened. */
class Directory extends EventEmitter {
  constructor(private readonly left: fs.Dirent[]) {
    super();
  }
  readSync(): fs.Dirent | null {
    return this.left.shift() ?? null;
  }
  async read(): Promise<fs.Dirent | null> {
    return this.readSync();
  }
  closeSync(): void {}
  async close(): Promise<void> {}
  async *[Symbol.asyncIterator](): AsyncGenerator<fs.Dirent> {
    for (let entry = this.readSync(); entry; entry = this.readSync()) yield entry;
  }
}

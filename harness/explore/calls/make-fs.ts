import { EventEmitter } from 'node:events';
import type * as fs from 'node:fs';
import { promisify } from 'node:util';
import type { Calls, Runner } from './call.js';
import { descriptorCalls } from './descriptor-calls.js';
import { FileHandle, type Streams } from './file-handle.js';
import { type Arguments, type Definition, pathCalls } from './path-calls.js';
import type { Self } from './self.js';
import { wholeFileCalls } from './whole-file-calls.js';

/** The functions of `fs`, by their names without `Sync`, as the sequences of their calls. */
export type Definitions = Readonly<Record<string, Definition>>;

export function definitionsFor(self: Self): Definitions {
  const single = { ...pathCalls(self), ...descriptorCalls(self) };
  return { ...single, ...wholeFileCalls(self, single) };
}

/** An object that is to have the functions of `fs`: the module itself, or an empty one. */
export type FsToFill = Record<string, unknown> & { promises: Record<string, unknown> };

/** What `fs` can do that is not done call by call: seen, the run is refused. */
export const uncontrolled = ['cp', 'watchFile', 'statfs', 'openAsBlob', 'glob'];

/** Of these `fs.promises` has a function of the same name. */
const promisesOf = new Set(
  'access appendFile chmod chown copyFile lchown link lstat lutimes mkdir mkdtemp readFile readdir readlink realpath rename rm rmdir stat symlink truncate unlink utimes writeFile'.split(
    ' ',
  ),
);

/**
 * Gives an object every function of `fs`: the synchronous one, the one with a callback and the one with a promise are the same
 * sequence of calls.
 * @param streams makes streams, on a descriptor
 */
export function fillFs(target: FsToFill, runner: Runner, definitions: Definitions, streams: Streams): void {
  const { promises } = target;
  const lookup = (name: string, args: Arguments) => (definitions[name] as Definition)(...args);

  for (const name of Object.keys(definitions)) {
    if (name === 'realpathNative') continue;
    const define = (...args: Arguments) => lookup(name, args);
    target[`${name}Sync`] = (...args: Arguments) => now(name, runner, define, args);
    target[name] = withCallback(name, runner, define);
    if (promisesOf.has(name)) {
      promises[name] = (...args: Arguments) => promised(runner, define(...args.map(descriptorOf)));
    }
  }
  const native = (...args: Arguments) => lookup('realpathNative', args);
  Object.assign(target.realpathSync as object, {
    native: (...args: Arguments) => runner.runNow(native(...args)),
  });
  Object.assign(target.realpath as object, { native: withCallback('realpath', runner, native) });

  promises.open = async (...args: Arguments) =>
    new FileHandle(
      (await promised(runner, lookup('open', args))) as number,
      (calls) => promised(runner, calls),
      definitions,
      streams,
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

import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CallName } from '../protocol/calls.js';
import { lettersOf } from '../protocol/open-flags.js';
import type { Identity } from '../protocol/protocol.js';
import { type Call, type Calls, nameOf } from './call.js';
import { fromWallMs, toWallNs } from './clock.js';
import { errnoError } from './evidence.js';
import type { Self } from './self.js';
import type { System } from './system.js';

// biome-ignore lint/suspicious/noExplicitAny: the arguments of `fs` are what its caller gives, and are passed on as they are
export type Arguments = any[];
export type Definition = (...args: Arguments) => Calls;

/** The absolute path of what may stand for one in `fs`; undefined for anything else, which `fs` itself refuses. */
export function toPath(value: unknown, cwd: () => string): string | undefined {
  if (typeof value === 'string') return absolute(value, cwd);
  if (value instanceof URL) return fileURLToPath(value);
  return Buffer.isBuffer(value) ? absolute(value.toString(), cwd) : undefined;
}

/**
 * With its `..`, which leads up from where a link has led, and with a slash at its end, which makes the kernel follow one: only
 * words that change nothing are left out.
 */
function absolute(text: string, cwd: () => string): string {
  const whole = text.startsWith('/') ? text : `${cwd()}/${text}`;
  if (!/\/(?:\/|$|\.(?:\/|$))/.test(whole)) return whole;
  const plain = whole.split('/').filter((word) => word !== '' && word !== '.');
  return `/${plain.join('/')}${plain.length > 0 && /\/\.?$/.test(whole) ? '/' : ''}`;
}

type SyncName = CallName &
  { [Name in keyof System]: Name extends `${infer Call}Sync` ? Call : never }[keyof System];

/** As it was before any clock was replaced. */
const RealDate = Date;

/** As `fs` takes it: a date, or seconds. */
export function toMs(time: unknown): number {
  return time instanceof RealDate ? time.getTime() : Number(time) * 1000;
}

/** The kernel's times and numbers are those of this very run; a program that looks at them would see another one each time. */
export function withIdentity(stats: unknown, identity: Identity | undefined): unknown {
  if (typeof stats !== 'object' || stats === null || identity === undefined) return stats;
  const isBig = 'mtimeNs' in stats;
  const found = stats as Record<string, unknown>;
  found.dev = isBig ? 1n : 1;
  found.ino = isBig ? BigInt(identity.ino) : identity.ino;
  const { mtime, ctime, birthtime } = identity;
  for (const [name, ns] of Object.entries({ atime: mtime, mtime, ctime, birthtime })) {
    const wallNs = toWallNs(ns);
    const ms = Number(wallNs / 1000n) / 1000;
    found[`${name}Ms`] = isBig ? wallNs / 1_000_000n : ms;
    if (isBig) found[`${name}Ns`] = wallNs;
    // Some versions of Node, and the simulation, make dates of these where they are asked for.
    if (Object.hasOwn(found, name)) found[name] = Reflect.construct(RealDate, [ms]);
  }
  return stats;
}

/** The functions of `fs` that are one call on a path, or a few in a row. */
export function pathCalls(self: Self): Readonly<Record<string, Definition>> {
  const { system, randomness, cwd } = self;
  const make = (call: SyncName, args: Arguments): unknown =>
    (system[`${call}Sync`] as (...all: Arguments) => unknown)(...args);
  const at = (value: unknown): { path?: string } => {
    const place = toPath(value, cwd);
    return place === undefined ? {} : { path: place };
  };
  const to = (value: unknown): { to?: string } => {
    const place = toPath(value, cwd);
    return place === undefined ? {} : { to: place };
  };

  /** One call on one path. */
  const onPath = (call: SyncName): Definition =>
    function* (...args) {
      return yield { call, ...at(args[0]), run: () => make(call, args) };
    };

  /** One call from one path to another. */
  const onTwo = (call: SyncName): Definition =>
    function* (...args) {
      return yield { call, ...at(args[0]), ...to(args[1]), run: () => make(call, args) };
    };

  const onStats = (call: 'stat' | 'lstat'): Definition =>
    function* (...args) {
      return yield {
        call,
        ...at(args[0]),
        run: ({ identity }) => withIdentity(make(call, args), identity),
      };
    };

  const onTimes = (call: 'utimes' | 'lutimes'): Definition =>
    function* (place, atime, mtime) {
      const run = () => make(call, [place, atime, mtime]);
      return yield { call, ...at(place), mtime: fromWallMs(toMs(mtime)), run };
    };

  function* open(place: unknown, flags?: unknown, mode?: unknown): Calls {
    const args = mode === undefined ? [place, flags ?? 'r'] : [place, flags ?? 'r', mode];
    return yield { call: 'open', ...at(place), flags: lettersOf(flags), run: () => make('open', args) };
  }

  /** One call for each directory that is missing, as the system has it. */
  function* mkdir(place: unknown, options?: unknown): Calls {
    const { recursive = false, mode } = (
      typeof options === 'object' && options !== null ? options : { mode: options }
    ) as { recursive?: boolean; mode?: unknown };
    const directory = toPath(place, cwd)?.replace(/(?<=.)\/$/, '');
    const one = (name: unknown): Call => ({
      call: 'mkdir',
      ...at(name),
      run: () => make('mkdir', mode === undefined ? [name] : [name, { mode }]),
    });
    if (!recursive || directory === undefined) return yield one(place);
    let first: string | undefined;
    const missing = [directory];
    for (let name = missing.pop(); name !== undefined; name = missing.pop()) {
      try {
        yield one(name);
        first ??= name;
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'ENOENT' && path.dirname(name) !== name) missing.push(name, path.dirname(name));
        else if (code !== 'EEXIST') throw error;
        else if (!((yield* onStats('stat')(name)) as { isDirectory(): boolean }).isDirectory()) throw error;
      }
    }
    return first;
  }

  /** In the order of their names: the kernel's own order is that of one disk, and another one each time. */
  function* readdir(place: unknown, options?: { recursive?: boolean } | string): Calls {
    // All the directories below, one after the other: which they are is known only then.
    const isDeep = typeof options === 'object' && options?.recursive === true;
    const names = (yield {
      call: isDeep ? 'readdir of all below' : 'readdir',
      ...at(place),
      run: () => make('readdir', [place, options]),
    }) as unknown[];
    return names.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  }

  function* readlink(place: unknown, options?: unknown): Calls {
    const [, namespace] = /^\/proc\/self\/ns\/(\w+)$/.exec(String(place)) ?? [];
    if (namespace !== undefined && self.hasProc === false)
      throw errnoError('ENOENT', 'readlink', String(place));
    if (namespace !== undefined) return `${namespace}:[${namespace === 'pid' ? (self.namespace ?? 1) : 1}]`;
    return yield { call: 'readlink', ...at(place), run: () => make('readlink', [place, options]) };
  }

  function* symlink(target: unknown, place: unknown, type?: unknown): Calls {
    return yield { call: 'symlink', ...at(place), run: () => make('symlink', [target, place, type]) };
  }

  function* mkdtemp(prefix: unknown, options?: unknown): Calls {
    const place = `${toPath(prefix, cwd)}${randomness.name()}`;
    yield { call: 'mkdir', ...at(place), run: () => make('mkdir', [place, 0o700]) };
    return options === 'buffer' ? Buffer.from(place) : place;
  }

  function* realpathNative(place: unknown, options?: unknown): Calls {
    const run = () => system.realpathSync.native(place as string, options as BufferEncoding);
    return yield { call: 'realpath', ...at(place), run };
  }

  return {
    access: onPath('access'),
    stat: onStats('stat'),
    lstat: onStats('lstat'),
    open,
    mkdir,
    mkdtemp,
    readdir,
    rmdir: onPath('rmdir'),
    unlink: onPath('unlink'),
    readlink,
    realpath: onPath('realpath'),
    realpathNative,
    chmod: onPath('chmod'),
    chown: onPath('chown'),
    lchown: onPath('lchown'),
    truncate: onPath('truncate'),
    utimes: onTimes('utimes'),
    lutimes: onTimes('lutimes'),
    rename: onTwo('rename'),
    link: onTwo('link'),
    copyFile: onTwo('copyFile'),
    symlink,
  };
}

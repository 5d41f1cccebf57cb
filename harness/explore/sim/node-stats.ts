import fs from 'node:fs';
import { toWallNs } from '../calls/clock.js';
import type { Listed, Stats } from './kernel/calls.js';
import type { Kind } from './kernel/inode.js';

const { S_IFDIR, S_IFLNK, S_IFREG } = fs.constants;
const bitsOf: Record<Kind, number> = { file: S_IFREG, directory: S_IFDIR, link: S_IFLNK };

const RealDate = Date;
const times = ['atime', 'mtime', 'ctime', 'birthtime'] as const;

/** Dates are made where a program asks for them: there are four in each answer. */
const dates = Object.fromEntries(
  times.map((name) => [
    name,
    {
      configurable: true,
      get(this: Record<string, number>) {
        return new RealDate(Number(this[`${name}Ms`]));
      },
      set(this: object, value: unknown) {
        Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true });
      },
    },
  ]),
);
const small: object = Object.create(fs.Stats.prototype as object, dates);
const big: object = Object.create(Object.getPrototypeOf(fs.statSync('/', { bigint: true })) as object, dates);

/** What `fs.stat` returns. */
export function nodeStats(stats: Stats, isBig: boolean): unknown {
  const { dev, ino, kind, nlink, uid, gid, size, mtime, ctime, birthtime } = stats;
  const numbers = {
    dev,
    mode: stats.mode | bitsOf[kind],
    nlink,
    uid,
    gid,
    rdev: 0,
    blksize: 4096,
    ino,
    size,
    blocks: Math.ceil(size / 4096) * 8,
  };
  const found: Record<string, unknown> = Object.create(isBig ? big : small);
  const byName = { atime: mtime, mtime, ctime, birthtime };
  if (isBig) {
    for (const [name, value] of Object.entries(numbers)) found[name] = BigInt(value);
    for (const name of times) {
      const ns = toWallNs(byName[name]);
      found[`${name}Ms`] = ns / 1_000_000n;
      found[`${name}Ns`] = ns;
    }
    return found;
  }
  Object.assign(found, numbers);
  for (const name of times) found[`${name}Ms`] = Number(toWallNs(byName[name]) / 1000n) / 1000;
  return found;
}

const { UV_DIRENT_DIR, UV_DIRENT_FILE, UV_DIRENT_LINK } = fs.constants as unknown as Record<
  'UV_DIRENT_DIR' | 'UV_DIRENT_FILE' | 'UV_DIRENT_LINK',
  number
>;
const typeOf: Record<Kind, number> = {
  file: UV_DIRENT_FILE,
  directory: UV_DIRENT_DIR,
  link: UV_DIRENT_LINK,
};
/** Its constructor is that of Node, which the types leave out. */
const Dirent = fs.Dirent as unknown as new (name: string, type: number, path: string) => fs.Dirent;

/** What `fs.readdir` returns with file types. */
export function nodeDirent({ name, kind }: Listed, directory: string): fs.Dirent {
  return new Dirent(name, typeOf[kind], directory);
}

/** As `fs` returns it: a copy, where the program may have changed what it was given. */
export function answerAgain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(answerAgain);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return Buffer.from(value);
  return Object.assign(Object.create(Object.getPrototypeOf(value) as object), value);
}

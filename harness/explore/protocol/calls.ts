/** What is known of one call: enough for all that need to know more than its paths and descriptors. */
export interface CallFacts {
  /** It works on what a link at the end of its first path leads to, not on the link. `open` says in its flags whether it does. */
  follows: boolean;
  /** After it, a name may stand for another file than before. `open` does so only where it creates. */
  changesNames: boolean;
  /** After it, a path may lead to another content than before. `open` does so only where it creates or truncates. */
  changesContent: boolean;
  /** After it, there may be a file that other users can open. */
  changesModes: boolean;
  /** As what `strace` sees it at each of its paths, where that is compared. */
  traced?: Traced;
}

const looks = { follows: true, changesNames: false, changesContent: false, changesModes: false };
const changesEntry = { follows: false, changesNames: true, changesContent: true, changesModes: false };
const changesData = { ...looks, changesContent: true };
const changesOwn = { ...looks, changesModes: true };

/**
 * Every call that can be explored, by its name without `Sync`. A client that makes one that is missing here can't be
 * explored.
 */
export const calls = {
  open: { ...looks, changesNames: true, changesContent: true, changesModes: true, traced: 'open' },
  close: looks,
  read: looks,
  readv: looks,
  write: changesData,
  writev: changesData,
  truncate: { ...changesData, traced: 'truncate' },
  ftruncate: changesData,
  fsync: looks,
  fdatasync: looks,
  access: looks,
  stat: looks,
  lstat: { ...looks, follows: false },
  fstat: looks,
  chmod: { ...changesOwn, traced: 'chmod' },
  fchmod: changesOwn,
  chown: { ...changesOwn, traced: 'chown' },
  lchown: { ...changesOwn, follows: false, traced: 'chown' },
  fchown: changesOwn,
  utimes: { ...looks, traced: 'utimes' },
  lutimes: { ...looks, follows: false, traced: 'utimes' },
  futimes: looks,
  // A directory that is listed is opened for it, and so are both files of a copy.
  readdir: { ...looks, traced: 'open' },
  mkdir: { ...changesEntry, changesContent: false, changesModes: true, traced: 'mkdir' },
  rmdir: { ...changesEntry, traced: 'rmdir' },
  unlink: { ...changesEntry, traced: 'unlink' },
  symlink: { ...changesEntry, traced: 'symlink' },
  link: { ...changesEntry, changesModes: true, traced: 'link' },
  rename: { ...changesEntry, changesModes: true, traced: 'rename' },
  copyFile: { ...changesEntry, follows: true, changesModes: true, traced: 'open' },
  readlink: { ...looks, follows: false },
  realpath: looks,
  watch: looks,
  unwatch: looks,
  // Of the kernel, on an open file. To close a file on which there is one is an unlock, too.
  lock: looks,
  unlock: looks,
  alive: looks,
  sleep: looks,
} as const satisfies Record<string, CallFacts>;

export type CallName = keyof typeof calls;

/** Calls that are stopped by name, and of which nothing is known: a client that makes one can't be explored. */
export type UnknownCall = 'readdir of all below';

/** A client may name any call. @returns undefined for one of which nothing is known */
export function factsOf(name: string): CallFacts | undefined {
  return Object.hasOwn(calls, name) ? calls[name as CallName] : undefined;
}

/** The system calls that `strace` sees at a path and that change something or open a file, by the name of one. */
export const systemCalls = {
  open: ['open', 'openat', 'creat'],
  mkdir: ['mkdir', 'mkdirat'],
  rmdir: ['rmdir'],
  unlink: ['unlink', 'unlinkat'],
  rename: ['rename', 'renameat', 'renameat2'],
  link: ['link', 'linkat'],
  symlink: ['symlink', 'symlinkat'],
  truncate: ['truncate'],
  chmod: ['chmod', 'fchmodat'],
  chown: ['chown', 'fchownat', 'lchown'],
  utimes: ['utimensat'],
} as const;

export type Traced = keyof typeof systemCalls;

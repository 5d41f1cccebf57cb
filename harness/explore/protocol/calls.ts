/** A part of a file that a call can find something out about. */
export type Part =
  | 'data'
  /** Its mode and its owner. */
  | 'mode'
  /** Its times, its size and the number of its links. */
  | 'times'
  /** The names in a directory. */
  | 'listing'
  /** Each change of it, or of what is in it, as a watch reports it. */
  | 'changes'
  /** The path that the kernel reports for the descriptor that the call's path begins at. */
  | 'place'
  /** Whether a process lives. */
  | 'life';

/**
 * What one call means. Whatever has to know more of a call than its name reads it here: what conflicts with what, the model of the
 * sandbox, the history, the audit, the gate and the simulation.
 */
export interface CallFacts {
  /** What it is given. */
  on: 'path' | 'two paths' | 'descriptor' | 'nothing';
  /** It works on what a link at the end of its first path leads to, not on the link. */
  follows: boolean | 'as its flags say';
  /** The same of its second path. */
  followsSecond?: true;
  /** What it finds out about the file at its first path, or of its descriptor. */
  reads: readonly Part[];
  /** What it changes of that file; its times change with each of these. `open` does so only where its flags say so. */
  changes?: 'data' | 'mode' | 'times' | 'links' | undefined;
  /** What becomes of the entry at its first path. `open` creates one only where its flags say so. */
  first?: 'creates' | 'removes' | 'moves' | undefined;
  /** What it creates there, where that is no file. */
  makes?: 'directory' | 'link';
  /** What becomes of the entry at its second path. One that it fills has new data; the entry stays, where there is one. */
  second?: 'creates' | 'replaces' | 'fills';
  /** What it does to the descriptors of its process; or it holds what it has found, for its second half. */
  descriptors?: 'opens' | 'closes' | 'holds';
  /** It has no halves: a function of a library that makes several calls, or no call of a file system. */
  isWhole?: true;
  /** What it does to a lock of the kernel on its open file. */
  lock?: 'takes' | 'drops';
  /** What it does to a watch of its process. */
  watch?: 'begins' | 'ends';
  /** What was changed of the file survives a loss of power from then on. */
  syncs?: true;
  /** It does nothing but let time pass. */
  sleeps?: true;
  /** What it found or wrote can be shown to people in a line. */
  isShown?: true;
  /** As what `strace` sees it at its first path, where that is compared. */
  traced?: Traced;
  /** `strace` sees it at its second path, too. */
  isTracedAtBoth?: true;
}

const onPath = { on: 'path', follows: true, reads: [] } as const;
const onLink = { ...onPath, follows: false } as const;
const onTwoPaths = { on: 'two paths', follows: false, reads: [] } as const;
const onDescriptor = { on: 'descriptor', follows: false, reads: [] } as const;
const onNothing = { on: 'nothing', follows: false, reads: [] } as const;

/** Written out, so that the declaration that is shipped need not repeat the rows. */
export type CallName =
  | 'resolve'
  | 'open'
  | 'close'
  | 'read'
  | 'readv'
  | 'write'
  | 'writev'
  | 'truncate'
  | 'ftruncate'
  | 'fsync'
  | 'fdatasync'
  | 'access'
  | 'stat'
  | 'lstat'
  | 'fstat'
  | 'chmod'
  | 'fchmod'
  | 'chown'
  | 'lchown'
  | 'fchown'
  | 'utimes'
  | 'lutimes'
  | 'futimes'
  | 'readdir'
  | 'mkdir'
  | 'rmdir'
  | 'unlink'
  | 'symlink'
  | 'link'
  | 'rename'
  | 'copyFile'
  | 'readlink'
  | 'realpath'
  | 'watch'
  | 'unwatch'
  | 'lock'
  | 'unlock'
  | 'alive'
  | 'sleep';

/**
 * Every call that can be explored, by its name without `Sync`. A client that makes one that is missing here can't be
 * explored.
 */
export const calls: Readonly<Record<CallName, CallFacts>> = {
  // The first half of a call with a path, where calls are split: see sim/kernel/halves.ts. What it touches is the way there.
  resolve: { ...onTwoPaths, descriptors: 'holds', isWhole: true },
  open: {
    on: 'path',
    follows: 'as its flags say',
    reads: ['mode'],
    changes: 'data',
    first: 'creates',
    descriptors: 'opens',
    traced: 'open',
  },
  close: { ...onDescriptor, descriptors: 'closes' },
  read: { ...onDescriptor, reads: ['data'], isShown: true },
  readv: { ...onDescriptor, reads: ['data'], isShown: true },
  write: { ...onDescriptor, changes: 'data', isShown: true },
  writev: { ...onDescriptor, changes: 'data', isShown: true },
  truncate: { ...onPath, changes: 'data', traced: 'truncate' },
  ftruncate: { ...onDescriptor, changes: 'data' },
  // To the disk: no other process can notice that.
  fsync: { ...onDescriptor, syncs: true },
  fdatasync: { ...onDescriptor, syncs: true },
  access: { ...onPath, reads: ['mode'] },
  stat: { ...onPath, reads: ['mode', 'times'] },
  lstat: { ...onLink, reads: ['mode', 'times'] },
  fstat: { ...onDescriptor, reads: ['mode', 'times'] },
  chmod: { ...onPath, changes: 'mode', traced: 'chmod' },
  fchmod: { ...onDescriptor, changes: 'mode' },
  chown: { ...onPath, changes: 'mode', traced: 'chown' },
  lchown: { ...onLink, changes: 'mode', traced: 'chown' },
  fchown: { ...onDescriptor, changes: 'mode' },
  utimes: { ...onPath, changes: 'times', traced: 'utimes' },
  lutimes: { ...onLink, changes: 'times', traced: 'utimes' },
  futimes: { ...onDescriptor, changes: 'times' },
  // A directory that is listed is opened for it, and so are both files of a copy.
  readdir: { ...onPath, reads: ['listing', 'mode'], isShown: true, traced: 'open' },
  mkdir: { ...onLink, first: 'creates', makes: 'directory', traced: 'mkdir' },
  rmdir: { ...onLink, first: 'removes', traced: 'rmdir' },
  unlink: { ...onLink, first: 'removes', traced: 'unlink' },
  symlink: { ...onLink, first: 'creates', makes: 'link', traced: 'symlink' },
  link: { ...onTwoPaths, changes: 'links', second: 'creates', traced: 'link' },
  rename: { ...onTwoPaths, first: 'moves', second: 'replaces', traced: 'rename' },
  copyFile: {
    on: 'two paths',
    follows: true,
    followsSecond: true,
    reads: ['data', 'mode'],
    second: 'fills',
    isWhole: true,
    traced: 'open',
    isTracedAtBoth: true,
  },
  readlink: { ...onLink, reads: ['place'], isShown: true },
  realpath: { ...onPath, reads: ['place'], isWhole: true },
  watch: { ...onPath, reads: ['changes'], watch: 'begins', isWhole: true },
  unwatch: { ...onNothing, watch: 'ends' },
  // Of the kernel, on an open file. To close a file on which there is one is an unlock, too.
  lock: { ...onDescriptor, lock: 'takes' },
  unlock: { ...onDescriptor, lock: 'drops' },
  alive: { ...onNothing, reads: ['life'], isShown: true },
  sleep: { ...onNothing, sleeps: true },
};

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

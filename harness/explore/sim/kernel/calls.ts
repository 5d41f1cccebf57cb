import type { CallName } from '../../protocol/calls.js';
import type { Kind } from './inode.js';

/**
 * The calls of the kernel, by the names of the project's table. Paths are absolute, or relative to the directory of the process; in
 * `/proc` there are `/proc/self/fd/N` and what lies below them. Times are nanoseconds of virtual time.
 */
export type KernelCall =
  /** `flags` as Linux numbers them: see `flag`. */
  | (OnPath<'open'> & { flags: number; mode?: number })
  | OnFile<'close'>
  /** Without a position: from where the last one ended. */
  | (OnFile<'read'> & { length: number; position?: number | undefined })
  | (OnFile<'readv'> & { lengths: readonly number[]; position?: number | undefined })
  | (OnFile<'write'> & { bytes: Uint8Array; position?: number | undefined })
  | (OnFile<'writev'> & { parts: readonly Uint8Array[]; position?: number | undefined })
  /** Of the kernel. Node's opens the file to read and write, and so needs both permissions. */
  | (OnPath<'truncate'> & { size: number })
  | (OnFile<'ftruncate'> & { size: number })
  | OnFile<'fsync' | 'fdatasync' | 'fstat'>
  /** `mode` of 4 read, 2 write, 1 execute or search; 0 asks whether it is there. */
  | (OnPath<'access'> & { mode?: number })
  | OnPath<'stat' | 'lstat' | 'readdir' | 'rmdir' | 'unlink' | 'readlink' | 'watch'>
  | (OnPath<'chmod'> & { mode: number })
  | (OnFile<'fchmod'> & { mode: number })
  /** -1 leaves the user or the group. */
  | (OnPath<'chown' | 'lchown'> & { uid: number; gid: number })
  | (OnFile<'fchown'> & { uid: number; gid: number })
  | (OnPath<'utimes' | 'lutimes'> & { mtime: number })
  | (OnFile<'futimes'> & { mtime: number })
  | (OnPath<'mkdir'> & { mode?: number })
  | (OnPath<'symlink'> & { target: string })
  | (OnPath<'link' | 'rename'> & { to: string })
  // Functions of libraries that are several calls themselves, all in one step, as a watch is. They have no halves.
  | { call: 'realpath'; path: string }
  | { call: 'copyFile'; path: string; to: string; isExclusive?: boolean }
  /** `flock`, which answers EAGAIN and does not wait. */
  | (OnFile<'lock'> & { isShared?: boolean })
  | OnFile<'unlock'>;

interface OnPath<Name extends CallName> {
  call: Name;
  path: string;
}

interface OnFile<Name extends CallName> {
  call: Name;
  fd: number;
}

export type KernelCallName = KernelCall['call'];

/** They are no calls of a file system, or half of one: the scheduler answers them. A call of the table that is in neither does not compile. */
export type OtherCallName = 'resolve' | 'unwatch' | 'alive' | 'sleep';
type Missing = Exclude<CallName, KernelCallName | OtherCallName>;
true satisfies [Missing] extends [never] ? true : Missing;

export type CallOf<Name extends KernelCallName> = KernelCall & { call: Name };

export interface Stats {
  dev: number;
  ino: number;
  kind: Kind;
  /** Permissions; the kind is no part of it. */
  mode: number;
  nlink: number;
  uid: number;
  gid: number;
  size: number;
  mtime: number;
  ctime: number;
  birthtime: number;
}

export interface Listed {
  name: string;
  kind: Kind;
}

interface Answers {
  open: number;
  read: Uint8Array;
  /** What was read for all of them, in one. */
  readv: Uint8Array;
  /** How many bytes were written: fewer than there were where the disk is full. */
  write: number;
  writev: number;
  stat: Stats;
  lstat: Stats;
  fstat: Stats;
  /** In the order of their names. */
  readdir: readonly Listed[];
  readlink: string;
  realpath: string;
  /** What is watched: `Inode.id`. Events are the scheduler's. */
  watch: number;
}

export type AnswerOf<Name extends KernelCallName> = Name extends keyof Answers ? Answers[Name] : undefined;

import type { CallName, UnknownCall } from '../protocol/calls.js';
import { openWay } from '../protocol/open-flags.js';
import type { CallToMake } from '../protocol/protocol.js';
import type { Errno } from '../schedule/action.js';

/** Something is looked up by its name, on a disk that may be failing, in directories that may be closed to us. */
const lookup = ['EIO', 'EACCES'] as const;
/** A name is taken away: a sticky directory gives it to its owner only. */
const removal = [...lookup, 'EPERM'] as const;
/** A name is added: that needs room. */
const addition = ['ENOSPC', ...removal] as const;

/**
 * The errors that each call can give, by the ERRORS sections of the manual pages of Linux (section 2) and of POSIX, as far as they
 * can be made to happen here. A program need not expect any other: `read` never runs out of space, and only what opens
 * something runs out of descriptors.
 */
const errnosOfCalls: Readonly<Record<Exclude<CallName, 'open'> | UnknownCall, readonly Errno[]>> = {
  resolve: lookup,
  access: lookup,
  stat: lookup,
  lstat: lookup,
  readlink: lookup,
  realpath: lookup,
  readdir: [...lookup, 'EMFILE'],
  unlink: removal,
  rmdir: removal,
  chmod: removal,
  chown: removal,
  lchown: removal,
  utimes: removal,
  lutimes: removal,
  truncate: removal,
  mkdir: addition,
  symlink: addition,
  link: addition,
  rename: addition,
  copyFile: [...addition, 'EMFILE'],
  fstat: ['EIO'],
  read: ['EIO'],
  readv: ['EIO'],
  write: ['ENOSPC', 'EIO'],
  writev: ['ENOSPC', 'EIO'],
  fsync: ['ENOSPC', 'EIO'],
  fdatasync: ['ENOSPC', 'EIO'],
  ftruncate: ['EIO', 'EPERM'],
  fchmod: ['EIO', 'EPERM'],
  fchown: ['EIO', 'EPERM'],
  futimes: ['EIO', 'EPERM'],
  // After it nothing can be done about an error.
  close: [],
  // These are not of the disk.
  watch: [],
  unwatch: [],
  lock: [],
  unlock: [],
  alive: [],
  sleep: [],
  // It is never made.
  'readdir of all below': [],
};

/** The errors that a call can be made to give. */
export function errnosOf({ call, flags }: CallToMake): readonly Errno[] {
  if (call !== 'open') return errnosOfCalls[call];
  const { creates, writes } = openWay(flags);
  return [
    ...(creates ? (['ENOSPC'] as const) : []),
    ...lookup,
    'EMFILE',
    // An immutable file may be read.
    ...(writes ? (['EPERM'] as const) : []),
  ];
}

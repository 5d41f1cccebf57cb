import { constants } from 'node:os';

const codes = [
  ...([
    'EPERM',
    'ENOENT',
    'EIO',
    'EBADF',
    'EAGAIN',
    'EACCES',
    'EBUSY',
    'EEXIST',
    'EXDEV',
    'ENOTDIR',
  ] as const),
  ...(['EISDIR', 'EINVAL', 'EMFILE', 'ENOSPC', 'ENAMETOOLONG', 'ENOTEMPTY', 'ELOOP'] as const),
  ...(['ENOTSUP', 'EDQUOT'] as const),
];
export type ErrnoCode = (typeof codes)[number];

/** What a call that failed answers. There is one object of each code. */
export class Errno {
  /** As Linux numbers it. */
  readonly number: number;

  constructor(readonly code: ErrnoCode) {
    this.number = constants.errno[code];
  }
}

const errnos = Object.fromEntries(codes.map((code) => [code, new Errno(code)])) as Record<ErrnoCode, Errno>;

/** Ends the call that is being made. It throws no Error: making a stack takes as long as the call. */
export function fail(code: ErrnoCode): never {
  throw errnos[code];
}

/** @returns the answer of a call that fails with it */
export function errnoOf(code: ErrnoCode): Errno {
  return errnos[code];
}

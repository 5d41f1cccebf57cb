import { StoreError, unknownOutcome } from '../errors/store-error.js';

/** etcd has answered that it refuses, so this request had no effect. */
export class Refused extends Error {
  /** The code of gRPC. */
  readonly code: number;
  /** An earlier try of the same request was not answered, and may have had one. */
  readonly isLate: boolean;

  constructor(code: number, message: string, isLate = false) {
    super(message);
    this.code = code;
    this.isLate = isLate;
  }
}

/** No member has answered in time. */
export class Unanswered extends Error {
  /** A try has reached a member, perhaps: it may have had an effect, or may have one yet. */
  readonly isLate: boolean;

  constructor(message: string, isLate: boolean) {
    super(message);
    this.isLate = isLate;
  }
}

export const notFound = 5;
export const permissionDenied = 7;
export const exhausted = 8;
export const unauthenticated = 16;

/** The error of a call that had no effect. */
export function definiteError(place: string, error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  if (error instanceof Refused && !isLoginError(error)) {
    const hint = hints[error.code];
    return new StoreError('E_IO', `${place} refused: ${error.message}`, {
      definite: true,
      file: place,
      hint,
    });
  }
  const reason = error instanceof Error ? error.message : 'an internal error';
  return new StoreError('E_UNAVAILABLE', `${place} is not available: ${reason}`, {
    definite: true,
    file: place,
    hint:
      error instanceof Refused
        ? 'Nothing was written. Check the user, and the file or function that gives its password'
        : 'Nothing was written; try again when a majority of its members can be reached',
  });
}

const hints: Record<number, string> = {
  [permissionDenied]:
    'Nothing was written. The user needs the permission to read and write all keys of the prefix',
  [exhausted]: 'Nothing was written. Its space is used up, or it is asked too much: see etcdctl alarm list',
};

/** A login is of one revision of users and roles where it is a JWT: each change of any of them ends it. */
const loginWords =
  /authentication failed|user name is empty|invalid auth token|revision of auth store is old/;

/** Without a login, or with a wrong one, etcd names no single code. */
export function isLoginError({ code, message }: Refused): boolean {
  return code === unauthenticated || loginWords.test(message);
}

/** The caller's time is over, and what it had sent was taken back. */
export function takenBack(place: string): StoreError {
  return new StoreError('E_TIMEOUT', `${place} did not commit in time`, {
    definite: true,
    file: place,
    hint: 'Nothing was written; try again',
  });
}

export function outOfTime(place: string): StoreError {
  return new StoreError('E_TIMEOUT', `the deadline passed before ${place} could commit: others were faster`, {
    definite: true,
    file: place,
    hint: 'Nothing was written; try again',
  });
}

export function unknown(place: string, how: string): StoreError {
  return unknownOutcome(place, `a change was sent to ${place}, and ${how}`);
}

export function wrongInput(message: string, hint?: string): StoreError {
  return new StoreError('E_INPUT', message, { definite: true, hint });
}

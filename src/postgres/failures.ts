import { StoreError } from '../errors/store-error.js';

/** PostgreSQL has refused, and the statement had no effect. */
export class Refused extends Error {
  /** Its SQLSTATE. */
  readonly state: string;
  /** An earlier try of the same statement was not answered, and may have had an effect. */
  readonly isLate: boolean;

  constructor(state: string, isLate = false) {
    super(`${words[state] ?? 'an error'} (SQLSTATE ${state})`);
    this.state = state;
    this.isLate = isLate;
  }
}

/** No host has answered in time. */
export class Unanswered extends Error {
  /** A try has been sent, perhaps: it may have had an effect, or may have one yet. */
  readonly isLate: boolean;

  constructor(message: string, isLate: boolean) {
    super(message);
    this.isLate = isLate;
  }
}

/** A try that has failed before the statement was sent, or that the server has refused to begin. */
export class NotSent extends Error {}

/** Of errors of the server nothing is repeated: they may quote values. */
const words: Readonly<Record<string, string>> = {
  '28000': 'the user was refused',
  '28P01': 'the password was refused',
  '3D000': 'there is no such database',
  '25006': 'it takes no writes: it is a standby',
  '42501': 'the user has not the permission',
  '53100': 'its disk is full',
  '53300': 'it has too many connections',
  '57P01': 'it was shut down',
  '57P02': 'it has crashed, or another of its processes',
  '57P05': 'it ends connections that are idle',
  '57P03': 'it takes no connections yet',
};

/** The server is not the one that is asked for, or takes nothing now: another try is worth it, and nothing was done. */
const notNow = /^(57P03|53300|25006|40001|40P01|55P03)$/;
/** The connection, or the whole server, has ended while the statement ran: it may have been committed right before. */
const mayBeDone = /^(08|57P0[125]|58|XX)/;

/** What an error of the driver, or of the server, says about the statement. */
export function failureOf(error: unknown, isConnected: boolean): Error {
  const { code, severity, message } = (error ?? {}) as {
    code?: unknown;
    severity?: unknown;
    message?: unknown;
  };
  if (typeof severity === 'string' && typeof code === 'string') {
    const refused = new Refused(code);
    if (notNow.test(code)) return new NotSent(refused.message);
    if (mayBeDone.test(code)) return isConnected ? new Error(refused.message) : new NotSent(refused.message);
    return refused;
  }
  const reason = typeof code === 'string' ? code : String(message ?? 'an internal error');
  return isConnected ? new Error(reason) : new NotSent(reason);
}

const loginStates = /^(28|3D)/;

/** The error of a call that had no effect. */
export function definiteError(place: string, error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  if (error instanceof Refused && !loginStates.test(error.state))
    return new StoreError('E_IO', `${place} refused: ${error.message}`, {
      definite: true,
      file: place,
      hint: hints[error.state] ?? 'Nothing was written. What it says about it stands in its own log',
    });
  const reason = error instanceof Error ? error.message : 'an internal error';
  return new StoreError('E_UNAVAILABLE', `${place} is not available: ${reason}`, {
    definite: true,
    file: place,
    hint:
      error instanceof Refused
        ? 'Nothing was written. Check the user, its password, and the name of the database'
        : 'Nothing was written; try again when the server can be reached',
  });
}

const hints: Readonly<Record<string, string>> = {
  '42501':
    'Nothing was written. The first use creates the schema "holdfast": let a user do it who may, or grant all on it',
  '53100': 'Nothing was written. Free some space on the disk of the server',
};

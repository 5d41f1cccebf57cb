import type { InspectOptions, inspect as inspectFunction } from 'node:util';

/** The process that seems to be in the way: it holds the intent, the place in the queue, or the refresh. */
export interface Holder {
  /** Process number, in the holder's own pid namespace. */
  pid: number;
  /** Host name, for people. */
  host: string;
  /** How long this process has seen the holder unchanged, in milliseconds of its own monotonic clock. */
  seenForMs: number;
}

/**
 * The closed set of codes. The code says what happened; `definite` says whether it certainly had no effect.
 *
 * Always definite, so nothing was written:
 * - `E_INPUT`: the key, the value or an option can't be what was given.
 * - `E_NOT_FOUND`: there is nothing of that name, or more than one.
 *
 * Definite, unless the error has an `answer` (see below):
 * - `E_CORRUPT`: the file is unusable, and so is its last-committed copy; or an entry of an engine can't be unsealed.
 * - `E_IO`: the operating system refused.
 * - `E_UNSAFE`: another user could have put there what would be read, or could take what would be written.
 * - `E_CLOSED`: the store was closed.
 * - `E_UNAVAILABLE`: an engine does not answer: no majority of its members, no connection, or no login.
 *
 * Definite or not, as `definite` says:
 * - `E_TIMEOUT`: the deadline passed. Not definite only for a `refresh` whose provider was already asked: its answer may
 *   still be stored.
 * - `E_ABORTED`: the caller's signal ended the call; `cause` is its reason. Not definite once the commit has begun, or the
 *   provider was asked.
 * - `E_REFRESH`: the credential could not be refreshed; it is as it was. `cause` is the error of the caller's own function,
 *   and is missing where another process tried. Not definite where the attempt took longer than its lease: its answer may
 *   still be stored.
 *
 * Never definite:
 * - `E_UNKNOWN`: the commit was interrupted where its outcome can't be known. Read before you repeat it.
 *
 * A refresh whose provider answered, and whose answer could not be stored, fails with the code of what forbade that (`E_IO`,
 * `E_TIMEOUT`, ...), `definite: false`, and the answer in `StoreError.answer`.
 */
export type StoreErrorCode =
  | 'E_CORRUPT'
  | 'E_TIMEOUT'
  | 'E_UNKNOWN'
  | 'E_IO'
  | 'E_UNSAFE'
  | 'E_NOT_FOUND'
  | 'E_INPUT'
  | 'E_CLOSED'
  | 'E_UNAVAILABLE'
  | 'E_ABORTED'
  | 'E_REFRESH';

/** All that a `StoreError` carries besides its code and its message. */
export interface StoreErrorDetails {
  /** True if the operation certainly had no effect. False if it may have had one. */
  definite: boolean;
  /** The file that it is about, as an absolute path; the address of an engine. */
  file?: string | undefined;
  /** The process that is in the way, where there is one. */
  holder?: Holder | undefined;
  /** What the caller can do about it. */
  hint?: string | undefined;
  /** The error of the system, or of the caller's own function. */
  cause?: unknown;
  /** See `StoreError.answer`. */
  answer?: unknown;
}

type Inspect = (depth: number, options: InspectOptions, inspect: typeof inspectFunction) => string;

/**
 * Has `util.inspect`, and so a log, show an object as this text. Not as a member by a computed name: no bundler drops the class of
 * such a member where it is not used.
 */
export function showInLogsAs(object: object, shown: Inspect): void {
  Object.defineProperty(object, Symbol.for('nodejs.util.inspect.custom'), { value: shown });
}

/**
 * Every error of the store. Messages name files and processes, never contents:
 * a parse error of the runtime quotes the document, so it is never used as a message or a cause.
 * A cause that is the caller's own (`E_ABORTED`, `E_REFRESH`) may quote anything, so logs show its kind alone.
 */
export class StoreError extends Error {
  /** Always `StoreError`. */
  override readonly name = 'StoreError';
  /** What happened. */
  readonly code: StoreErrorCode;
  /** True if the operation certainly had no effect; false if it may have had one. */
  readonly definite: boolean;
  /** The file that it is about, as an absolute path; the address of an engine. */
  readonly file: string | undefined;
  /** The process that is in the way, where there is one. */
  readonly holder: Holder | undefined;
  /** What the caller can do about it; also the end of the message. */
  readonly hint: string | undefined;
  /** Private to the language: a logger that copies all properties of an error, hidden ones included, does not find it. */
  readonly #answer: unknown;

  constructor(code: StoreErrorCode, message: string, details: StoreErrorDetails) {
    super(details.hint ? `${message}. ${details.hint}` : message, { cause: details.cause });
    this.code = code;
    this.definite = details.definite;
    this.file = details.file;
    this.holder = details.holder;
    this.hint = details.hint;
    this.#answer = details.answer;
    showInLogsAs(this, (_depth, options, inspect) => this.#shown(options, inspect));
  }

  /**
   * The new credential that a refresh got and could not store, while the old refresh token is spent; undefined for every other
   * error. It is a secret; each read returns a fresh copy. No log shows it: not JSON, not `util.inspect`, not the stack.
   */
  get answer(): unknown {
    return structuredClone(this.#answer);
  }

  /** Returns what a log may show. */
  toJSON(): object {
    const { name, message, code, definite, file, holder, hint } = this;
    return { name, message, code, definite, file, holder, hint };
  }

  #shown(options: InspectOptions, inspect: typeof inspectFunction): string {
    const { code, definite, file, holder, cause } = this;
    const isOurs = cause instanceof StoreError || errnoOf(cause) !== undefined;
    const kind = cause instanceof Error ? cause.constructor.name : typeof cause;
    const shown = isOurs ? cause : `[${kind}, of the caller]`;
    const details = { code, definite, file, holder, cause: cause && shown };
    const known = Object.entries(details).filter(([, value]) => value !== undefined);
    return `${this.stack} ${inspect(Object.fromEntries(known), options)}`;
  }
}

/** The message without the hint, which the constructor has put at its end. */
export function withoutHint({ message, hint }: StoreError): string {
  return hint === undefined ? message : message.replace(`. ${hint}`, '');
}

export function closedError(): StoreError {
  return new StoreError('E_CLOSED', 'the store was closed', { definite: true });
}

/** The error of a change that may or may not have happened. */
export function unknownOutcome(file: string | undefined, message: string, cause?: unknown): StoreError {
  return new StoreError('E_UNKNOWN', message, {
    definite: false,
    file,
    cause,
    hint: 'It may or may not have happened: read before you repeat it',
  });
}

/** The operating system's code of an error (`ENOENT`, ...), or undefined. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}

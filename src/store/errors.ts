import type { InspectOptions, inspect as inspectFunction } from 'node:util';

/** The process that seems to be in the way: it holds the intent, the place in the queue, or the refresh. */
export interface Holder {
  pid: number;
  host: string;
  /** How long this process has seen the holder unchanged, in milliseconds of its own monotonic clock. */
  seenForMs: number;
}

/** The closed set of codes. Each says what the caller may conclude. */
export type StoreErrorCode =
  /** Neither the file nor its last-committed copy can be used. Nothing was written. */
  | 'E_CORRUPT'
  /** The deadline passed before the commit was reached. Nothing was written. */
  | 'E_TIMEOUT'
  /** The commit was interrupted, and its outcome is unknown: read again before you decide. */
  | 'E_UNKNOWN'
  /** The operating system refused. Nothing was written. */
  | 'E_IO'
  /** Another user could replace the file, or take what would be written. Nothing was written. */
  | 'E_UNSAFE'
  /** There is no match, or more than one. Nothing was written. */
  | 'E_NOT_FOUND'
  /** The key or the value can't be stored. Nothing was written. */
  | 'E_INPUT'
  /** The store was closed. Nothing was written. */
  | 'E_CLOSED'
  /** The caller's signal ended the call, and `cause` is its reason. Where `definite` is false the change may still happen. */
  | 'E_ABORTED'
  /**
   * The credential could not be refreshed, and is unchanged. `cause` is the error of the caller's own function. It is missing
   * where another process tried. Where `definite` is false the answer may still come and be stored.
   * An answer that came and could not be stored is an error of another code, with `definite: false` and an `answer`.
   */
  | 'E_REFRESH';

export interface StoreErrorDetails {
  /** True if the operation certainly had no effect. False if it may have had one. */
  definite: boolean;
  file?: string | undefined;
  holder?: Holder | undefined;
  /** What the caller can do about it. */
  hint?: string | undefined;
  cause?: unknown;
  /** See `StoreError.answer`. */
  answer?: unknown;
}

const customInspect = Symbol.for('nodejs.util.inspect.custom');

/**
 * Every error of the store. Messages name files and processes, never contents:
 * a parse error of the runtime quotes the document, so it is never used as a message or a cause.
 * A cause that is the caller's own (`E_ABORTED`, `E_REFRESH`) may quote anything, so logs show its kind alone.
 */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;
  readonly definite: boolean;
  readonly file: string | undefined;
  readonly holder: Holder | undefined;
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
  }

  /**
   * The new credential that a refresh has got and could not store, while the old refresh token is spent. Undefined for every
   * other error. It is a secret, and a fresh copy each time. No log shows it: not JSON, not `util.inspect`, not the stack.
   */
  get answer(): unknown {
    return structuredClone(this.#answer);
  }

  /** What a log may show. */
  toJSON(): object {
    const { name, message, code, definite, file, holder, hint } = this;
    return { name, message, code, definite, file, holder, hint };
  }

  [customInspect](_depth: number, options: InspectOptions, inspect: typeof inspectFunction): string {
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

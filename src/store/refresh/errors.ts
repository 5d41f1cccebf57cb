import { adviceIn } from '../../errors/io-error.js';
import { type Holder, StoreError, withoutHint } from '../../errors/store-error.js';

type Process = Omit<Holder, 'seenForMs'>;

const unchanged = 'The credential is as it was: try again, or log in anew where the provider refuses it';

/** The caller's own function failed. */
export function refused(key: string, cause: unknown): StoreError {
  return new StoreError('E_REFRESH', `${quoted(key)} could not be refreshed`, {
    definite: true,
    cause,
    hint: unchanged,
  });
}

export function refusedElsewhere(key: string, { pid, host }: Process): StoreError {
  return new StoreError(
    'E_REFRESH',
    `${quoted(key)} could not be refreshed by process ${pid} on ${host}, which this call waited for`,
    {
      definite: true,
      holder: { pid, host, seenForMs: 0 },
      hint: unchanged,
    },
  );
}

export function overdue(key: string, leaseMs: number): StoreError {
  return new StoreError('E_REFRESH', `the refresh of ${quoted(key)} took more than ${leaseMs} ms`, {
    definite: false,
    hint: 'If the answer still comes, it is stored, unless the credential has changed by then',
  });
}

/** The commit that was to show that an answer can be stored has failed. It was to change nothing, and so it did not. */
export function notAsked(key: string, cause: unknown): unknown {
  if (!(cause instanceof StoreError)) return cause;
  const { code, file, holder } = cause;
  return new StoreError(
    // The commit may have put the same bytes in place, which makes no difference to the caller.
    code === 'E_UNKNOWN' ? 'E_IO' : code,
    `${quoted(key)} was not refreshed, for the answer could not be stored: ${reasonOf(cause)}`,
    {
      definite: true,
      cause: cause.cause ?? cause,
      file,
      holder,
      hint: withAdvice('The provider was not asked, and no token is spent', cause),
    },
  );
}

/** The provider has answered, and the answer could not be stored. */
export function notStored(key: string, answer: unknown, cause: unknown): StoreError {
  const known: Partial<StoreError> = cause instanceof StoreError ? cause : {};
  const { code = 'E_UNKNOWN', file, holder } = known;
  return new StoreError(
    code,
    `the old token of ${quoted(key)} is spent, and the new one could not be stored: ${reasonOf(cause)}`,
    {
      definite: false,
      cause: known.cause ?? cause,
      file,
      holder,
      answer,
      hint: withAdvice('error.answer has it, and the next refresh by this process stores it', cause),
    },
  );
}

/** @param silentForMs how long the holder has been storing the answer. Undefined where it has failed to store it */
export function spentElsewhere(key: string, { pid, host }: Process, silentForMs?: number): StoreError {
  const how = silentForMs === undefined ? 'could not store' : `has not stored for ${silentForMs} ms`;
  return new StoreError(
    'E_REFRESH',
    `process ${pid} on ${host} has spent the token of ${quoted(key)}, and ${how} the new one`,
    {
      definite: true,
      holder: { pid, host, seenForMs: silentForMs ?? 0 },
      hint: 'The provider was not asked again. That process stores it when it refreshes next and can; or log in anew',
    },
  );
}

function reasonOf(error: unknown): string {
  return error instanceof StoreError ? withoutHint(error) : 'an internal error';
}

/** Adds the advice for the cause to what is known for certain. */
function withAdvice(known: string, cause: unknown): string {
  const hint = cause instanceof StoreError && cause.code === 'E_IO' ? cause.hint : undefined;
  return hint === undefined ? known : `${known}. ${adviceIn(hint)}`;
}

function quoted(key: string): string {
  return JSON.stringify(key);
}

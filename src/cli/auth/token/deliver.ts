import { errnoOf, StoreError } from '../../../errors/store-error.js';
import { openStore } from '../../../store/store.js';
import type { ListedToken, NewToken, RotatedToken, Tokens } from '../../../tokens/tokens.js';
import { jsonText, note, printJson } from '../output.js';
import { openDestination } from './destination.js';
import { type NewTokenFlags, withTokens } from './source.js';

/** How a command makes a token, what it prints about it, and how it takes back a token that could not be written. */
export interface Making<T extends NewToken> {
  make(tokens: Tokens, now: number): Promise<T>;
  notes(made: T, file: string, now: number): string[];
  /** Further fields of its JSON. */
  extra?(made: T): object;
  /** @returns what is true again, to be printed after "the token could not be written" */
  undo(made: T, tokens: Tokens, file: string): Promise<string>;
}

/**
 * Makes a token and writes it to a file of its own, or alone to stdout, so that it can be piped. Notes go to stderr. A token that
 * could not be written is taken back: no client can know it.
 */
export async function deliver<T extends NewToken>(flags: NewTokenFlags, making: Making<T>): Promise<void> {
  await withTokens(flags, async (tokens, file, now) => {
    const destination = openDestination(flags.out);
    try {
      const made = await making.make(tokens, now).catch((error: unknown) => {
        destination.cancel();
        throw error;
      });
      const { token, info } = made;
      const fields = { ...info, ...making.extra?.(made) };
      try {
        const inStdout = flags.json ? jsonText({ token, ...fields }) : token;
        destination.write(`${destination.file === undefined ? inStdout : token}\n`);
      } catch (error) {
        // First the token: a file that can't be removed holds no more than a beginning of it.
        const failure = await takenBack(error, info.id, making.undo(made, tokens, file));
        destination.cancel();
        throw failure;
      }
      if (flags.json && destination.file !== undefined) printJson({ ...fields, out: destination.file });
      if (flags.quiet) return;
      for (const line of making.notes(made, file, now)) note(line);
      note(
        destination.file === undefined
          ? 'The token is shown this once. Clients send it as "Authorization: Bearer <token>".'
          : `The token is in ${destination.file}, which only you can read. Clients send it as "Authorization: Bearer <token>".`,
      );
    } finally {
      destination.close();
    }
  });
}

async function takenBack(cause: unknown, id: string, undoing: Promise<string>): Promise<StoreError> {
  const reason = errnoOf(cause) ?? 'it was refused';
  try {
    const state = await undoing;
    const hint = 'Make room or give --out FILE, and try again';
    return new StoreError('E_IO', `the new token could not be written (${reason}); ${state}`, {
      definite: true,
      hint,
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return new StoreError(
      'E_UNKNOWN',
      `the new token could not be written (${reason}), nor deleted again: ${why}`,
      { definite: false, hint: `No client knows it, yet it is good: holdfast auth token delete ${id}` },
    );
  }
}

/**
 * Takes a rotation back, in one commit: the new token goes, and the old one lives as long as before, unless it has been
 * changed again meanwhile.
 */
export async function undoRotation(
  file: string,
  { allowUnsafe = false }: NewTokenFlags,
  { info, old }: RotatedToken,
  before: ListedToken | undefined,
): Promise<string> {
  await using store = openStore(file, { revocable: true, allowUnsafe });
  let isOldAsBefore = false;
  await store.transaction((entries) => {
    entries.remove(info.id);
    const entry = entries.get(old.id);
    isOldAsBefore = isObject(entry) && entry.expiresAt === old.expiresAt && before?.state === 'active';
    if (isOldAsBefore && isObject(entry) && before?.state === 'active') {
      entries.set(old.id, { ...entry, expiresAt: before.expiresAt });
    }
  });
  return isOldAsBefore
    ? `it was deleted again, and ${old.id} is as good as before`
    : `it was deleted again, and ${old.id} is left as it is now`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

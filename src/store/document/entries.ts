import { types } from 'node:util';
import { StoreError } from '../../errors/store-error.js';
import type { Change } from './change.js';
import { copyOf, type Document, decodeValue, encodeValue } from './document.js';
import { type Excess, entryBytesMax, levelsMax, limiter } from './entry-limits.js';

/** The document as a transaction sees it: its own writes included, in file order. */
export interface Entries {
  /** Returns the keys, in file order. */
  keys(): string[];
  /** Returns a fresh copy of the value of a key; undefined where it is absent. */
  get(key: string): unknown;
  /** Replaces a value in place, and puts a new key at the end. Entries that are not set keep their bytes. */
  set(key: string, value: unknown): void;
  /** Removes a key. An absent one is no error. */
  remove(key: string): void;
}

/** Copies at the first write: a document without a write stays the same object, and there is nothing to commit. */
export class DraftEntries implements Entries {
  readonly #original: Document;
  #copy: Map<string, string> | undefined;

  constructor(original: Document) {
    this.#original = original;
  }

  get document(): Document {
    return this.#copy ?? this.#original;
  }

  keys(): string[] {
    return [...this.document.keys()];
  }

  get(key: string): unknown {
    const raw = this.document.get(key);
    return raw === undefined ? undefined : decodeValue(raw);
  }

  set(key: string, value: unknown): void {
    const raw = encodeEntry(key, value);
    this.#copy ??= copyOf(this.#original);
    this.#copy.set(key, raw);
  }

  remove(key: string): void {
    if (!this.document.has(key)) return;
    this.#copy ??= copyOf(this.#original);
    this.#copy.delete(key);
  }
}

export function drafted(edit: (draft: Entries) => void): Change {
  return (document) => {
    const draft = new DraftEntries(document);
    edit(draft);
    return draft.document;
  };
}

/**
 * The raw text under which the value is stored.
 * @throws StoreError `E_INPUT` for a value that would come back as another one, such as a promise (as JSON it is `{}`), for a
 * key that is not a string, and for an entry of too many levels or bytes
 */
export function encodeEntry(key: string, value: unknown): string {
  if (typeof key !== 'string') {
    throw new StoreError('E_INPUT', `a key must be a string, and ${typeof key} was given`, {
      definite: true,
    });
  }
  refusePromise(value, `the value of ${quoted(key)}`);
  let raw: string | undefined;
  let excess: StoreError | undefined;
  const refuse = (kind: Excess): never => {
    excess = tooMuch(key, kind);
    throw excess;
  };
  try {
    raw = encodeValue(value, limiter(refuse));
    // The limiter counts no more than is certain: an escape may take six bytes.
    if (raw && Buffer.byteLength(key) + Buffer.byteLength(raw) > entryBytesMax) refuse('large');
  } catch {
    if (excess) throw excess;
    // A cycle, a bigint, a `toJSON` that throws. The text of such an error is not ours, and may quote the value.
    throw notStorable(key, 'not JSON', 'Store plain objects, arrays, strings, numbers, booleans and null');
  }
  if (raw === undefined) throw notStorable(key, `of type ${typeof value}`, 'Use remove() to remove a key');
  return raw;
}

/** A promise has no value yet that a commit could hold, and the types can't keep one out of `unknown` or `void`. */
export function refusePromise(value: unknown, what: string): void {
  if (!types.isPromise(value)) return;
  // No other code handles its rejection now, and that must not end the process.
  value.catch(() => {});
  throw new StoreError('E_INPUT', `${what} is a promise`, {
    definite: true,
    hint: 'Await it first: a commit must know its values when it begins',
  });
}

function notStorable(key: string, what: string, hint: string): StoreError {
  return new StoreError('E_INPUT', `the value of ${quoted(key)} is ${what}, which JSON can't hold`, {
    definite: true,
    hint,
  });
}

function tooMuch(key: string, kind: Excess): StoreError {
  const limit = kind === 'deep' ? `${levelsMax} levels` : `${entryBytesMax / 1024} KiB`;
  return new StoreError('E_INPUT', `the entry ${quoted(key)} has more than ${limit}`, {
    definite: true,
    hint: 'Nothing was stored: an entry is one credential, and no place for other data',
  });
}

const keyShownMax = 100;

function quoted(key: string): string {
  return JSON.stringify(key.length > keyShownMax ? `${key.slice(0, keyShownMax)}...` : key);
}

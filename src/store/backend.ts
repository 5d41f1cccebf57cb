import type { Document } from './document.js';

/**
 * A change of the whole document. It may run several times (a commit that was fenced starts again with
 * fresh state), so it must be pure. Returning the very document it was given means: nothing to write.
 */
export type Change = (document: Document) => Document;

/**
 * The seam. All above it (batching, schemas, the API) knows only this; the file is one implementation.
 * Both calls fail with a `StoreError` and nothing else. A deadline is in milliseconds of the monotonic clock.
 */
export interface Backend {
  /** A complete committed state. */
  read(deadline: number): Promise<Document>;
  /** Applies the change to the current state and commits it atomically and durably, or says why not. */
  transact(change: Change, deadline: number): Promise<void>;
}

/** What a backend reports besides its results; nothing in it is secret. */
export type StoreEvent = {
  type: 'recovered';
  file: string;
  /** Where the unusable bytes were kept. */
  quarantine: string;
  reason: string;
};

import type { Change } from './change.js';
import type { Document } from './document.js';

/**
 * The seam. All above it (batching, schemas, the API) knows only this; the file is one implementation.
 * All calls fail with a `StoreError` and nothing else. A deadline is in milliseconds of the monotonic clock.
 */
export interface Backend {
  /** A complete committed state. */
  read(deadline: number): Promise<Document>;
  /** Applies the change to the current state and commits it atomically and durably, or says why not. */
  transact(change: Change, deadline: number): Promise<void>;
  /**
   * Commits the current state anew, the very same bytes, where the function says so: whether a commit is possible is known for
   * certain only from one. Fails as `transact` does, and then a commit was not possible.
   * @param isWanted asked under the fence, each time that it is tried
   */
  rewrite(isWanted: (document: Document) => boolean, deadline: number): Promise<void>;
  /**
   * Calls the listener with a committed state: before it returns, and after something may have changed, whoever changed
   * it; it may be called too often. Where there is no usable state nothing is told. Writes nothing, keeps no process alive.
   * @returns a function that ends it
   */
  watch(listener: (document: Document) => void): () => void;
  /** Gives back what is held between calls, once what is under way has ended. */
  close(): Promise<void>;
}

/** What a backend reports besides its results; nothing in it is secret. */
export type StoreEvent =
  | {
      /** The file was unusable, and the last committed state was restored. */
      type: 'recovered';
      file: string;
      /** Where the unusable bytes were kept; undefined where there were none, but an empty directory. */
      quarantine: string | undefined;
      reason: string;
    }
  | {
      /** A program that knows no intents has changed these entries, and its changes were taken over. */
      type: 'adopted';
      file: string;
      keys: string[];
    }
  | {
      /** Such a program wrote from an old state: what it had erased without knowing was put back. */
      type: 'merged';
      file: string;
      /** What was taken over from it. */
      keys: string[];
      putBack: string[];
    }
  | {
      /** Another program had written these keys more than once: the last value counts, and the file was kept with all of them. */
      type: 'doubled';
      file: string;
      keys: readonly string[];
      quarantine: string;
    }
  | {
      /** A file of notes can't be read, on which nothing depends: what it would say is unknown. */
      type: 'unreadable';
      file: string;
      reason: string;
    };

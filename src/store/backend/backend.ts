import type { Change } from '../document/change.js';
import type { Document } from '../document/document.js';
import type { Claims } from './claims.js';
import type { Revocable } from './revocable.js';

/**
 * The seam. All above it (batching, schemas, the API) knows only this interface. The file is one implementation, and `holdfast/etcd`
 * is another.
 * All calls fail with a `StoreError` and nothing else. A deadline is in milliseconds of the monotonic clock.
 */
export interface Backend {
  /** Returns a complete committed state. */
  read(deadline: number): Promise<Document>;
  /**
   * Applies the change to the current state and commits it atomically and durably, or says why not. A change that is larger
   * than one commit can be is refused with `E_INPUT`, which is definite: a batch of several is then tried in halves.
   */
  transact(change: Change, deadline: number): Promise<void>;
  /**
   * Commits the current state anew, byte for byte, if the function returns true. Only a commit shows for certain that a commit
   * is possible. Fails as `transact` does, and then a commit was not possible.
   * @param isWanted called under the fence, in each attempt
   */
  rewrite(isWanted: (document: Document) => boolean, deadline: number): Promise<void>;
  /**
   * Calls the listener with a committed state: before this call returns, and after any program may have changed the state. It
   * may be called too often, and is not called while there is no usable state. Writes nothing, and keeps no process alive.
   * @returns a function that ends the watch
   */
  watch(listener: (document: Document) => void): () => void;
  /** True for a backend that can call the listener of a watch for the first time only after `watch` has returned. */
  readonly beginsLate?: boolean;
  /** Waits for the calls under way, and releases what is held between calls. */
  close(): Promise<void>;
}

/** A place for a store that is not a file: what `openStore` takes instead of a path. */
export interface Engine {
  /** Stands for the store in errors and logs, and tells it from every other. Nothing in it is secret. */
  readonly place: string;
  /**
   * Opens it for one store. Nothing is sent before the first call.
   * @param onEvent called with what a user may want to know of its members; its error becomes a warning of the process
   */
  open(onEvent?: (event: StoreEvent) => void): { backend: Backend; claims: Claims };
  /** The same for the tokens of servers, which lie apart from the credentials. Missing where an engine can't hold them. */
  openTokens?(onEvent?: (event: StoreEvent) => void): Revocable;
}

/**
 * What a backend reports besides its results. Nothing in it is secret. `file` is the path of a file, or the address of an engine, which
 * reports `moved`, `degraded` and `resumed` alone, as its calls find out.
 */
export type StoreEvent =
  | {
      /** The file was unusable, and the last committed state was restored. */
      type: 'recovered';
      file: string;
      /** Where the unusable bytes were kept. Undefined where an empty directory stood in place of the file. */
      quarantine: string | undefined;
      reason: string;
    }
  | {
      /** A program that knows no intents has changed these entries, and its changes were adopted. */
      type: 'adopted';
      file: string;
      keys: string[];
      /** It has removed more than one entry, or one by an older state: where the state before is kept. */
      generation?: string | undefined;
    }
  | {
      /** Such a program wrote from an old state. What it had erased without knowing was put back. */
      type: 'merged';
      file: string;
      /** The keys that were adopted from it. */
      keys: string[];
      putBack: string[];
      /** It has removed an entry all the same that it may not have known: where the state before is kept. */
      generation?: string | undefined;
    }
  | {
      /** Another program had written these keys more than once. The last value counts, and the old file was kept aside. */
      type: 'doubled';
      file: string;
      keys: readonly string[];
      quarantine: string;
    }
  | {
      /** A file of notes can't be read. Nothing else depends on it. */
      type: 'unreadable';
      file: string;
      reason: string;
    }
  | {
      /** Another member of the engine answers, `host:port`: the one before has failed, or leads no more. */
      type: 'moved';
      file: string;
      from: string;
      to: string;
    }
  | {
      /** No member has answered: without a majority, or without a primary, calls wait until their deadlines, and fail. */
      type: 'degraded';
      file: string;
      /** Of the member that was tried last. */
      reason: string;
    }
  | {
      /** The engine answers again. */
      type: 'resumed';
      file: string;
      /** Since the first call that it had not answered began. */
      afterMs: number;
    };

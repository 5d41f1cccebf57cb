import type { Document } from '../document/document.js';
import type { Backend } from './backend.js';
import type { Claims } from './claims.js';

/**
 * A store of permissions on an engine: what is removed must be refused by every process as soon as the removal has returned, and most
 * questions must be answered from memory all the same.
 */
export interface Revocable {
  backend: Backend;
  claims: Claims;
  /** What this process may answer from. It costs nothing before its first call. */
  memory: ConfirmedMemory;
  /**
   * Resolves when no memory of any process goes by a state from before a commit that has returned: each has said that it knows a later
   * one, or its confirmation is over. Never fails: time alone is enough.
   * @param since when the commit had returned, on the monotonic clock
   */
  settle(since: number): Promise<void>;
  /** Where the last uses of what is in the store are noted. */
  notes: Note;
}

/** One text beside a store that belongs to no commit. */
export interface Note {
  /** @returns undefined where nothing was written yet @throws StoreError */
  read(deadline: number): Promise<string | undefined>;
  /**
   * Replaces the text by what the function makes of it, which is called again where another process was faster.
   * @param edit returns undefined where the text is to stay
   * @throws StoreError
   */
  change(edit: (text: string | undefined) => string | undefined, deadline: number): Promise<void>;
}

/**
 * A copy of the whole state that is believed only while it is confirmed. Whoever answers from it can be sure that no removal of an
 * entry in it has returned.
 */
export interface ConfirmedMemory {
  /** Undefined where it is not confirmed now. */
  current(): Document | undefined;
  /** Confirms it: what it holds then is as fresh as this call. @throws StoreError `E_UNAVAILABLE` */
  confirm(deadline: number): Promise<void>;
  /** Lets go of it, so that no removal waits for it. `current` is undefined from then on. */
  close(): Promise<void>;
}

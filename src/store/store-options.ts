import type { StoreEvent } from './backend/backend.js';
import type { CallOptions } from './backend/call.js';

/** How a store waits, and what it refuses. */
export interface StoreOptions {
  /** How long a live process may be in the way without progress before it is passed, in milliseconds. Default 1000. */
  leaseMs?: number;
  /** How long one call may take in all, in milliseconds, before it fails with `E_TIMEOUT`. Default 10000. */
  deadlineMs?: number;
  /**
   * How long one process may carry the changes of others along, before it lets another one do that, in milliseconds. Default 50.
   * For tests: longer than `leaseMs`, others pass a live process again and again, which is slow, and just as safe.
   */
  termMs?: number;
  /** Called with what a user may want to know, for instance that the file was restored, or that no member of an engine answers. */
  onEvent?: (event: StoreEvent) => void;
  /** False for tests of what the intents alone are worth: no process waits for another. Slow. Default true. */
  queues?: boolean;
  /**
   * For a file of permissions, where an entry that comes back does harm: an entry that may have been removed by hand stays
   * removed. An entry that a foreign program has dropped is never put back, and a damaged file is restored only if it is the
   * same file that the last commit wrote or was to replace. Otherwise the call fails with `E_CORRUPT`. Default false.
   */
  revocable?: boolean;
  /**
   * Returns true for a value that programs without the store can't decode. They drop such an entry with any write, and have no
   * command that removes it, so it is put back. Default: there is none.
   */
  isOpaque?: (value: unknown) => boolean;
  /**
   * Uses the file even where another user could replace it, or a directory above it. Without this option such a call fails
   * with `E_UNSAFE`. Default false.
   */
  allowUnsafe?: boolean;
}

/** The limits of one refresh. */
export interface RefreshOptions extends CallOptions {
  /**
   * How long one attempt may take before its signal is aborted and another process may try, in milliseconds.
   * Default 30000. The default deadline of the whole call is 60000 here.
   */
  leaseMs?: number | undefined;
}

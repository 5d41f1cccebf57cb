import type { StoreEvent } from '../store/backend/backend.js';
import type { DocumentFormat } from '../store/document/format.js';
import type { Judgement } from './memory.js';

/** What a guard reports as it happens: keys, never values. Times are lengths in milliseconds. */
export type FileGuardEvent =
  /** `on guard`: it guards from now on. `waits`: another guard is there. `no directory`: there is nothing to look at yet. */
  | { type: 'on guard' | 'waits' | 'no directory' }
  | ({ type: 'write' } & Judgement)
  /** The file holds again what it ought to. */
  | { type: 'repaired'; afterMs: number }
  /** The file stayed torn. The truth was, or would be, put in its place. */
  | { type: 'torn' }
  /** The file was removed: a logout from everything. */
  | { type: 'removed' }
  /** A repair failed, and is tried again. */
  | { type: 'failed'; code: string; reason: string };

/** How a file is guarded. */
export interface FileGuardOptions {
  /** See `StoreOptions`. */
  allowUnsafe?: boolean;
  isOpaque?: (value: unknown) => boolean;
  /** Of the file. Default: JSON. Half of a text must be none, or half of a write would count as one. */
  format?: DocumentFormat | undefined;
  /** Reports what it would do, and writes nothing beside its ticket and its notes. */
  dryRun?: boolean;
  onEvent: (event: FileGuardEvent) => void;
  /** What the store itself has to report, at the beginning for instance. */
  onStoreEvent?: (event: StoreEvent) => void;
}

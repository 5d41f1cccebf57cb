import type { StoreEvent } from '../backend/backend.js';
import type { DocumentFormat } from '../document/format.js';
import type { LateWrite } from './commit/task.js';

export interface FileBackendOptions {
  /** How long a live process may stand in the way unchanged before it is passed, in milliseconds. */
  leaseMs: number;
  /** For so long one process carries the changes of others along, in milliseconds. Then it is the turn of another. Default 50. */
  termMs?: number | undefined;
  /** False for a test of what the intents alone are worth: no process waits for another. */
  queues: boolean;
  /** See `StoreOptions`. */
  revocable?: boolean | undefined;
  /** The same, asked with the JSON of an entry. */
  isOpaque?: ((raw: string) => boolean) | undefined;
  allowUnsafe?: boolean;
  /** Default: JSON. */
  format?: DocumentFormat | undefined;
  /** Takes what is written into a file that a commit has replaced. Default: none is looked at, and replaced files are closed. */
  onLate?: ((late: LateWrite) => void) | undefined;
  onEvent: (event: StoreEvent) => void;
}

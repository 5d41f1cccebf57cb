import { isOpaque } from '../../credentials/schema.js';
import { FileGuard } from '../../guard/file-guard.js';
import type { FileGuardEvent } from '../../guard/file-guard-options.js';
import type { StoreEvent } from '../../store/backend/backend.js';
import type { DocumentFormat } from '../../store/document/format.js';
import type { GuardLog } from '../../store/file/foreign/guard-log.js';
import { GuardedFile } from '../../store/file/foreign/guarded-file.js';
import { noteOf, summaryOf } from './guard-words.js';
import { nowMs } from './time.js';

/** What a session of a guard is started with. */
interface SessionOptions {
  allowUnsafe?: boolean | undefined;
  /** Undefined for the agent's own file, or one like it. */
  format?: DocumentFormat | undefined;
  dryRun?: boolean | undefined;
  /** Called with each event, which is in the notes beside the file by then. */
  onEvent?: (event: FileGuardEvent) => void;
  onStoreEvent?: (event: StoreEvent) => void;
}

/** A guard with its notes in `<file>.guard.jsonl`. */
export class GuardSession {
  readonly #file: string;
  readonly #options: SessionOptions;
  readonly #guard: FileGuard;
  readonly #since = performance.now();
  #log: GuardLog | undefined;
  /** What kept the notes from being written, if anything did. */
  #logError: unknown;
  /** Why it has not been on guard; undefined once it was. */
  #whyNot: string | undefined = 'it stayed torn';

  /** @throws StoreError `E_UNSAFE` where another user could replace the file */
  constructor(file: string, options: SessionOptions) {
    const { allowUnsafe = false, dryRun = false, format, onStoreEvent = () => {} } = options;
    this.#file = file;
    this.#options = options;
    // What credentials look like says nothing of other files.
    const kind = format ? { format } : { isOpaque };
    const shared = { allowUnsafe, dryRun, onStoreEvent };
    this.#guard = new FileGuard(file, { ...shared, ...kind, onEvent: (event) => this.#onEvent(event) });
  }

  start(): Promise<void> {
    return this.#guard.start();
  }

  /** Ends the guard. @returns what it has done, in one line */
  async stop(): Promise<string> {
    const tally = await this.#guard.stop();
    this.#log?.close();
    if (this.#whyNot) return `did not guard ${this.#file}: ${this.#whyNot}`;
    const { dryRun = false } = this.#options;
    const summary = summaryOf(this.#file, tally, performance.now() - this.#since, { dryRun });
    return this.#logError ? `${summary}; its notes could not be written` : summary;
  }

  #onEvent(event: FileGuardEvent): void {
    if (this.#whyNot) this.#whyNot = whyNotAfter(event, this.#whyNot);
    try {
      this.#log ??= GuardedFile.openLog(this.#file, this.#options.allowUnsafe);
      this.#log?.write(noteOf(event, nowMs()));
    } catch (error) {
      // The guard goes on without: the line at its end says so.
      this.#logError = error;
    }
    this.#options.onEvent?.(event);
  }
}

/** Why a guard that was never on guard is not, after one more event. Undefined where it is. */
function whyNotAfter(event: FileGuardEvent, before: string): string | undefined {
  switch (event.type) {
    case 'on guard':
      return undefined;
    case 'waits':
      return 'another process guarded it';
    case 'no directory':
      return 'its directory is missing';
    case 'failed':
      return event.reason;
    default:
      return before;
  }
}

import type { Backend, StoreEvent } from './backend.js';
import { applyChange, type Change, type Edit } from './change.js';
import { type Document, decodeValue } from './document.js';
import { Draft, type Entries, encodeEntry, refusePromise } from './entries.js';
import { StoreError } from './errors.js';
import { FileBackend } from './file/backend.js';

export type { Claim } from './file/claims.js';
export { type Inspection, inspectFile } from './file/inspect.js';
export { listRecoverable, putBack, type Recoverable, restoreEntries } from './file/recoverable.js';

export interface StoreOptions {
  /** How long a live process may stand in the way unchanged before it is passed, in milliseconds. Default 1000. */
  leaseMs?: number;
  /** How long one call may take in all, in milliseconds, before it fails with `E_TIMEOUT`. Default 10000. */
  deadlineMs?: number;
  /** Called when something happened that a user may want to know, for instance a restoration. */
  onEvent?: (event: StoreEvent) => void;
  /** False lets nobody wait for anybody, for tests of what the intents alone are worth. Slow. Default true. */
  queues?: boolean;
}

/**
 * A small JSON object in one file, shared by any number of processes.
 * Calls are linearizable across processes; a resolved `set`, `remove` or `update` is durable.
 * Every failure is a `StoreError`; its `definite` says whether the call certainly had no effect.
 */
export interface Store {
  /** The value of a key; undefined where it is absent. */
  get(key: string): Promise<unknown>;
  /** All entries at one instant. */
  all(): Promise<Record<string, unknown>>;
  set(key: string, value: unknown): Promise<void>;
  /** Removes a key; nothing happens where it is absent. */
  remove(key: string): Promise<void>;
  /**
   * Replaces a value by a pure function of it, atomically; returning undefined removes the key. The function may run
   * more than once, when another process was faster: what it computes from outside must be the same each time.
   * @returns the new value
   */
  update(key: string, change: (old: unknown) => unknown): Promise<unknown>;
  /**
   * Changes any number of entries in one commit: all of it happens or, where the function throws, none. The function
   * must be synchronous, and it may run more than once, when another process was faster: it starts from fresh entries
   * each time, and what it computes from outside must be the same each time.
   */
  transaction(change: (entries: Entries) => void): Promise<void>;
  /** The same for values that are known already, in order; undefined removes the key. Quicker when others write, too. */
  transaction(values: Iterable<[key: string, value: unknown]>): Promise<void>;
  /** Waits for what has begun; later calls fail with `E_CLOSED`. */
  close(): Promise<void>;
}

/** Opens a store. Nothing is read or written before the first call, and nothing keeps the process alive. */
export function openStore(file: string, options: StoreOptions = {}): Store {
  const { leaseMs = 1000, deadlineMs = 10_000, onEvent = () => {}, queues = true } = options;
  return new JsonStore(new FileBackend(file, { leaseMs, queues, onEvent }), deadlineMs);
}

interface Waiting {
  change: Change;
  /** Of the call, on the monotonic clock: what it waits for a batch counts, too. */
  deadline: number;
  resolve: () => void;
  reject: (error: unknown) => void;
}

class JsonStore implements Store {
  private waiting: Waiting[] = [];
  private running: Promise<void> | undefined;
  private closed = false;

  constructor(
    private readonly backend: Backend,
    private readonly deadlineMs: number,
  ) {}

  async get(key: string): Promise<unknown> {
    const raw = (await this.read()).get(key);
    return raw === undefined ? undefined : decodeValue(raw);
  }

  async all(): Promise<Record<string, unknown>> {
    const entries = [...(await this.read())].map(([key, raw]) => [key, decodeValue(raw)] as const);
    return Object.fromEntries(entries);
  }

  async set(key: string, value: unknown): Promise<void> {
    // Now, not at the commit: the caller may change the object while the commit waits.
    const raw = encodeEntry(key, value);
    await this.commit([{ key, raw }]);
  }

  async remove(key: string): Promise<void> {
    await this.commit([{ key, raw: undefined }]);
  }

  async update(key: string, change: (old: unknown) => unknown): Promise<unknown> {
    let value: unknown;
    await this.edit((draft) => {
      value = change(draft.get(key));
      if (value === undefined) draft.remove(key);
      else draft.set(key, value);
    });
    return value;
  }

  async transaction(change: ((entries: Entries) => void) | Iterable<[string, unknown]>): Promise<void> {
    if (typeof change === 'function') {
      await this.edit((draft) => refusePromise(change(draft), 'the result of the change'));
      return;
    }
    await this.commit(
      [...change].map(([key, value]) => ({
        key,
        raw: value === undefined ? undefined : encodeEntry(key, value),
      })),
    );
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.running;
    this.backend.close();
  }

  private read(): Promise<Document> {
    return this.closed
      ? Promise.reject(closedError())
      : this.backend.read(performance.now() + this.deadlineMs);
  }

  private edit(edit: (draft: Draft) => void): Promise<void> {
    return this.commit((document) => {
      const draft = new Draft(document);
      edit(draft);
      return draft.document;
    });
  }

  /** Group commit: what arrives while one commit is under way shares the next one, and its few fsyncs. */
  private commit(change: Change): Promise<void> {
    if (this.closed) return Promise.reject(closedError());
    return new Promise((resolve, reject) => {
      this.waiting.push({ change, deadline: performance.now() + this.deadlineMs, resolve, reject });
      this.running ??= this.run();
    });
  }

  private async run(): Promise<void> {
    // Calls made in the same turn of the event loop go into the first batch, too.
    await undefined;
    while (this.waiting.length > 0) await this.commitBatch(this.waiting.splice(0));
    this.running = undefined;
  }

  /** Changes that throw are left out alone; the rest share one outcome. */
  private async commitBatch(batch: Waiting[]): Promise<void> {
    let refused = new Map<Waiting, unknown>();
    const apply = (document: Document): Document => {
      refused = new Map();
      return batch.reduce((current, waiting) => {
        try {
          return applyChange(current, waiting.change);
        } catch (error) {
          refused.set(waiting, error);
          return current;
        }
      }, document);
    };
    try {
      await this.backend.transact(
        allEdits(batch) ?? apply,
        Math.min(...batch.map(({ deadline }) => deadline)),
      );
    } catch (error) {
      // The batch ends with the first of its deadlines; whoever has time left takes part in the next.
      const now = performance.now();
      const early = batch.filter(({ deadline }) => isTimeout(error) && deadline > now);
      this.waiting.unshift(...early);
      for (const waiting of batch) if (!early.includes(waiting)) waiting.reject(error);
      return;
    }
    for (const waiting of batch) {
      if (refused.has(waiting)) waiting.reject(refused.get(waiting));
      else waiting.resolve();
    }
  }
}

/** Undefined if one of the changes is a function, which can't be told as data. */
function allEdits(batch: readonly Waiting[]): Edit[] | undefined {
  const edits: Edit[] = [];
  for (const { change } of batch) {
    if (typeof change === 'function') return undefined;
    edits.push(...change);
  }
  return edits;
}

function isTimeout(error: unknown): boolean {
  return error instanceof StoreError && error.code === 'E_TIMEOUT';
}

function closedError(): StoreError {
  return new StoreError('E_CLOSED', 'the store was closed', { definite: true });
}

import path from 'node:path';
import { closedError, showInLogsAs } from '../errors/store-error.js';
import type { Backend, Engine } from './backend/backend.js';
import { beginCall, type Call, type CallOptions, milliseconds, untilAborted } from './backend/call.js';
import type { Claims } from './backend/claims.js';
import { engineAt } from './backend/engines.js';
import { GroupCommit } from './backend/group-commit.js';
import { InFlight } from './backend/in-flight.js';
import type { Change } from './document/change.js';
import { byValue, type Document, decodeValue } from './document/document.js';
import { drafted, type Entries, encodeEntry, refusePromise } from './document/entries.js';
import { FileBackend } from './file/backend.js';
import { Sites } from './file/disk/site.js';
import { FileClaims } from './file/refresh-claims.js';
import { type DoRefresh, type IsFresh, Refresher } from './refresh/refresher.js';
import type { RefreshOptions, StoreOptions } from './store-options.js';
import { type Changes, type WatchOptions, watchChanges } from './watch.js';

/**
 * A small JSON object in one file, or on an engine, shared by any number of processes.
 * Calls are linearizable across processes. A resolved `set`, `remove` or `update` is durable.
 * Every failure is a `StoreError`, and its `definite` says whether the call certainly had no effect. A call whose signal is
 * aborted fails at once with `E_ABORTED`, which is definite until its commit is under way.
 */
export interface Store extends AsyncDisposable {
  /** Returns the value of a key; undefined where it is absent. */
  get(key: string, options?: CallOptions): Promise<unknown>;
  /** Returns all entries, as they were at one instant. */
  all(options?: CallOptions): Promise<Record<string, unknown>>;
  /** Stores a value, which must be JSON: at most 32 levels, and 256 KiB with its key. Fails with `E_INPUT` for any other. */
  set(key: string, value: unknown, options?: CallOptions): Promise<void>;
  /** Removes a key. An absent one is no error. */
  remove(key: string, options?: CallOptions): Promise<void>;
  /**
   * Replaces a value by a pure function of it, atomically. If the function returns undefined, the key is removed. The function
   * may run more than once, when another process was faster: what it takes from outside must be the same each time.
   * @returns the new value
   */
  update(key: string, change: (old: unknown) => unknown, options?: CallOptions): Promise<unknown>;
  /**
   * Changes any number of entries in one commit: all of them or, if the function throws, none. The function must be
   * synchronous. It may run more than once, when another process was faster: it starts from fresh entries each time, and what
   * it takes from outside must be the same each time.
   */
  transaction(change: (entries: Entries) => void, options?: CallOptions): Promise<void>;
  /** The same for values that are known already, in order. Undefined removes the key. Faster while others write, too. */
  transaction(values: Iterable<[key: string, value: unknown]>, options?: CallOptions): Promise<void>;
  /**
   * Returns a fresh value. Where several processes find the same value stale, one of them replaces it by the result of
   * `doRefresh`, and the others adopt that. The file is free while `doRefresh` asks the provider.
   *
   * - A call that waits for an attempt of another process shares its failure (`E_REFRESH`) rather than spend the same token again;
   *   a later call may try. The value stays as it is.
   * - An answer replaces the very value it was got for. A login meanwhile wins, and a logout stays one.
   * - A process that dies is succeeded at once, a silent one after `leaseMs`, unless it has its answer already.
   * - The provider is asked only after a commit of the same bytes has shown that an answer can be stored. If that commit fails,
   *   the call fails with its error and `definite: true`: nothing is spent. An answer that can't be stored all the same is on
   *   the error: `error.answer`, with `definite: false`. The next `refresh` of that process stores it. Until then those of all
   *   other processes fail at once (`E_REFRESH`) instead of presenting the token again. That ends with a login, and with the
   *   end of the process. `error.answer` is a secret that no log shows: keep it out of yours.
   * - Calls of one process share one attempt, with the functions of the first call. Its signal is aborted when the last caller
   *   has left, or the lease is over. An answer that comes in spite of that is still stored.
   *
   * @param isFresh a pure function of the stored value
   * @param doRefresh must not call `refresh` of the same key
   * @returns the fresh value, or undefined where the key is absent
   */
  refresh(key: string, isFresh: IsFresh, doRefresh: DoRefresh, options?: RefreshOptions): Promise<unknown>;
  /**
   * Calls the listener with the keys that have changed since the call, in any process, within 250 ms. Changes in quick
   * succession come as one, and a value that is back as it was is not reported. A missing file holds no keys; while the file
   * can't be used, nothing is reported. A watch never writes. An error of the listener becomes a warning of the process.
   * @returns a function that ends the watch, as `close()` does
   */
  watch(listener: (changes: Changes) => void, options?: WatchOptions): () => void;
  /** Ends all watches, and waits for the calls that have begun, refreshes too. Later calls fail with `E_CLOSED`. */
  close(): Promise<void>;
}

/**
 * Opens a store. Nothing is read or written before the first call, and nothing keeps the process alive.
 *
 * @param place the path of the JSON file, which need not exist; or an engine, such as `etcd(...)` of `holdfast/etcd`; or the address
 *   of one, `etcd://...`, where its module was imported. Of the options, `deadlineMs` is that of an engine, too
 * @throws StoreError `E_INPUT` for options that can't be
 */
export function openStore(place: string | Engine, options: StoreOptions = {}): Store {
  const {
    leaseMs = 1000,
    deadlineMs = 10_000,
    termMs,
    onEvent = () => {},
    queues = true,
    revocable = false,
    allowUnsafe = false,
    isOpaque,
  } = options;
  milliseconds('leaseMs', leaseMs);
  milliseconds('deadlineMs', deadlineMs);
  if (termMs !== undefined) milliseconds('termMs', termMs);
  const engine = typeof place === 'string' ? engineAt(place) : place;
  if (engine) {
    const { backend, claims } = engine.open(onEvent);
    return new JsonStore(engine.place, backend, claims, deadlineMs);
  }
  const file = place as string;
  const backend = new FileBackend(file, {
    leaseMs,
    termMs,
    queues,
    revocable,
    allowUnsafe,
    onEvent,
    isOpaque: byValue(isOpaque),
  });
  const claims = new FileClaims(new Sites(file, allowUnsafe));
  return new JsonStore(file, backend, claims, deadlineMs, path.resolve(file));
}

const refreshLeaseMs = 30_000;
const refreshDeadlineMs = 60_000;

/** Its fields are private to the language, not only to the compiler: they hold credentials, and a log shows other fields. */
class JsonStore implements Store {
  readonly #file: string;
  readonly #backend: Backend;
  readonly #deadlineMs: number;
  readonly #commits: GroupCommit;
  readonly #refresher: Refresher;
  readonly #watches = new Set<() => void>();
  readonly #begun = new InFlight();
  #closing: Promise<void> | undefined;

  /** @param identity what all stores of this process on the same place have in common */
  constructor(file: string, backend: Backend, claims: Claims, deadlineMs: number, identity = file) {
    this.#file = file;
    this.#backend = backend;
    this.#deadlineMs = deadlineMs;
    this.#commits = new GroupCommit(backend, file);
    // These bypass the public calls: a refresh that has begun goes on while the store is being closed.
    const call = () => beginCall(undefined, deadlineMs);
    const credentials = {
      read: async (key: string, deadline = call().deadline) => valueIn(await backend.read(deadline), key),
      change: (edit: (entries: Entries) => void) => this.#commits.commit(drafted(edit), call()),
      rewrite: (key: string, isWanted: (value: unknown) => boolean) =>
        backend.rewrite((document) => isWanted(valueIn(document, key)), call().deadline),
    };
    this.#refresher = new Refresher(identity, credentials, claims);
    showInLogsAs(this, () => this.#shown());
  }

  async get(key: string, options?: CallOptions): Promise<unknown> {
    return valueIn(await this.#read(options), key);
  }

  async all(options?: CallOptions): Promise<Record<string, unknown>> {
    const entries = [...(await this.#read(options))].map(([key, raw]) => [key, decodeValue(raw)] as const);
    return Object.fromEntries(entries);
  }

  async set(key: string, value: unknown, options?: CallOptions): Promise<void> {
    // Encoded now, not at the commit: the caller may change the object while the commit waits.
    const raw = encodeEntry(key, value);
    await this.#commit([{ key, raw }], options);
  }

  async remove(key: string, options?: CallOptions): Promise<void> {
    await this.#commit([{ key, raw: undefined }], options);
  }

  async update(key: string, change: (old: unknown) => unknown, options?: CallOptions): Promise<unknown> {
    let value: unknown;
    const edit = (draft: Entries) => {
      value = change(draft.get(key));
      if (value === undefined) draft.remove(key);
      else draft.set(key, value);
    };
    await this.#commit(drafted(edit), options);
    return value;
  }

  async transaction(
    change: ((entries: Entries) => void) | Iterable<[string, unknown]>,
    options?: CallOptions,
  ): Promise<void> {
    if (typeof change === 'function') {
      const edit = (draft: Entries) => refusePromise(change(draft), 'the result of the change');
      await this.#commit(drafted(edit), options);
      return;
    }
    const edits = [...change].map(([key, value]) => ({
      key,
      raw: value === undefined ? undefined : encodeEntry(key, value),
    }));
    await this.#commit(edits, options);
  }

  async refresh(
    key: string,
    isFresh: IsFresh,
    doRefresh: DoRefresh,
    options?: RefreshOptions,
  ): Promise<unknown> {
    const leaseMs = milliseconds('leaseMs', options?.leaseMs ?? refreshLeaseMs);
    const call = this.#begin(options, refreshDeadlineMs);
    return this.#begun.run(() => this.#refresher.refresh({ key, isFresh, doRefresh, leaseMs }, call));
  }

  watch(listener: (changes: Changes) => void, options: WatchOptions = {}): () => void {
    if (this.#closing) throw closedError();
    if (options.signal?.aborted) return () => {};
    const end = watchChanges(this.#backend, listener, options, () => this.#watches.delete(end));
    this.#watches.add(end);
    return end;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  toJSON(): object {
    return { file: this.#file, state: this.#closing ? 'closed' : 'open' };
  }

  #shown(): string {
    return `Store { file: ${JSON.stringify(this.#file)}, ${this.#closing ? 'closed' : 'open'} }`;
  }

  async #close(): Promise<void> {
    for (const end of this.#watches) end();
    await this.#begun.idle();
    await this.#refresher.close();
    await this.#commits.idle();
    await this.#backend.close();
  }

  #begin(options: CallOptions | undefined, deadlineMs: number): Call {
    if (this.#closing) throw closedError();
    return beginCall(options, deadlineMs);
  }

  async #read(options: CallOptions | undefined): Promise<Document> {
    const { signal, deadline } = this.#begin(options, this.#deadlineMs);
    return untilAborted(
      this.#begun.run(() => this.#backend.read(deadline)),
      signal,
    );
  }

  async #commit(change: Change, options: CallOptions | undefined): Promise<void> {
    await this.#commits.commit(change, this.#begin(options, this.#deadlineMs));
  }
}

function valueIn(document: Document, key: string): unknown {
  const raw = document.get(key);
  return raw === undefined ? undefined : decodeValue(raw);
}

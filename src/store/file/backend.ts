import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Backend, StoreEvent } from '../backend.js';
import type { Change } from '../change.js';
import { type Document, parseDocument } from '../document.js';
import { StoreError, unknownOutcome } from '../errors.js';
import { type Attempt, attemptCommit, type Pending } from './commit.js';
import { createIntent, release } from './intents.js';
import { readLastCommitted } from './last-committed.js';
import { ioError, type Paths, resolvePaths } from './paths.js';
import { Queue } from './queue.js';
import { type FileState, isSame, readState } from './state.js';
import { watchFile } from './watch.js';

export interface FileBackendOptions {
  /** How long a live process may stand in the way unchanged before it is passed, in milliseconds. */
  leaseMs: number;
  onEvent: (event: StoreEvent) => void;
}

/** A corrupt file must stay so for this long before it is taken for corrupt and not for a write under way. */
const settleCorruptMs = 100;
/** The same for a missing one: some editors save by unlink and create. */
const settleMissingMs = 20;
const backoffMsMax = 64;

/** The default backend: one file, intent leases for safety, a queue for progress. */
export class FileBackend implements Backend {
  constructor(
    private readonly file: string,
    private readonly options: FileBackendOptions,
  ) {}

  async read(deadline: number): Promise<Document> {
    const paths = resolvePaths(this.file);
    const state = readState(paths.file);
    if (state.kind === 'valid') return state.document;
    if (state.kind === 'missing' && !hasCommitted(paths)) return new Map();

    const settled = await settle(paths, state, deadline);
    if (settled.kind === 'valid') return settled.document;
    if (settled.kind === 'missing') return new Map();
    // An empty change: the commit restores the last committed state, or says why it can't.
    let document: Document = new Map();
    await this.transact((restored) => {
      document = restored;
      return restored;
    }, deadline);
    return document;
  }

  async transact(change: Change, deadline: number): Promise<void> {
    const queue = new Queue(deadline);
    try {
      await this.commit(change, queue, deadline);
    } finally {
      queue.leave();
    }
  }

  watch(listener: (document: Document) => void): () => void {
    return watchFile(this.file, listener);
  }

  close(): void {}

  private async commit(change: Change, queue: Queue, deadline: number): Promise<void> {
    let patienceMs = this.options.leaseMs;
    let settled: FileState | undefined;
    let pending: Pending | undefined;
    for (let fences = 0; ; ) {
      try {
        const paths = resolvePaths(this.file);
        await queue.wait(paths, patienceMs);
        const attempt = await this.attempt(paths, queue, (intent) =>
          attemptCommit(paths, intent, change, settled, pending),
        );
        if (attempt.kind === 'committed') {
          if (attempt.restored) this.tell({ type: 'recovered', file: paths.file, ...attempt.restored });
          return;
        }
        if (attempt.kind === 'unsettled') {
          settled = await settle(paths, attempt.state, deadline);
          continue;
        }
        pending = attempt.pending ?? pending;
        if (performance.now() > deadline) throw outOfTime(paths.file);
      } catch (error) {
        // What reaches us raw was refused by the system before anything was published.
        const failure = error instanceof StoreError ? error : ioError('use', this.file, error);
        throw pending === undefined ? failure : noLongerDefinite(failure);
      }
      // Whoever fenced us judged us too slow. If the disk is slow for everybody, ever more patience ends the fighting.
      patienceMs *= 2;
      fences++;
      await sleep(randomInt(Math.min(2 ** fences, backoffMsMax)));
    }
  }

  /** A listener's own error must not make a commit look failed that has happened. */
  private tell(event: StoreEvent): void {
    try {
      this.options.onEvent(event);
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error));
    }
  }

  private async attempt(
    paths: Paths,
    queue: Queue,
    commit: (intent: string) => Promise<Attempt>,
  ): Promise<Attempt> {
    const intent = createIntent(paths.intents);
    try {
      queue.leave();
      return await commit(intent);
    } finally {
      // Left behind, it would stand in everybody's way until the lease is over.
      release(intent);
    }
  }
}

function hasCommitted(paths: Paths): boolean {
  const last = readLastCommitted(paths.last);
  return last !== undefined && parseDocument(last.bytes)?.size !== 0;
}

/** Waits, without an intent, until the file has been the same for long enough, and returns what it then was. */
async function settle(paths: Paths, first: FileState, deadline: number): Promise<FileState> {
  for (let state = first; ; ) {
    if (state.kind === 'valid') return state;
    if (performance.now() > deadline) throw outOfTime(paths.file);
    await sleep(state.kind === 'missing' ? settleMissingMs : settleCorruptMs);
    const now = readState(paths.file);
    if (isSame(now, state)) return state;
    state = now;
  }
}

function outOfTime(file: string): StoreError {
  return new StoreError('E_TIMEOUT', `the deadline passed before ${file} could be used`, {
    ...{ definite: true, file },
    hint: 'Nothing was written; try again',
  });
}

/**
 * An earlier attempt was fenced between its two renames, and what stopped the later ones says nothing of it: it may yet
 * take effect through a restoration from its copy.
 */
function noLongerDefinite(error: StoreError): StoreError {
  if (!error.definite) return error;
  return unknownOutcome(error.file, `a change was interrupted, and then ${error.message}`, error);
}

import { StoreError } from '../../errors/store-error.js';
import { applyChange, type Change, type Edit } from '../document/change.js';
import type { Document } from '../document/document.js';
import type { Backend } from './backend.js';
import { abortedError, type Call, watchLimits } from './call.js';

/** A change, and the caller that waits for it. */
interface BatchMember {
  change: Change;
  deadline: number;
  /** The backend has it, or another process, so it may happen even if the caller gives up. */
  handed: boolean;
  /** Its caller has its answer already. */
  left: boolean;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** Group commit: changes that arrive while one commit is under way share the next one and its few fsyncs. */
export class GroupCommit {
  readonly #backend: Backend;
  readonly #file: string;
  #waiting = new Set<BatchMember>();
  #running: Promise<void> | undefined;

  constructor(backend: Backend, file: string) {
    this.#backend = backend;
    this.#file = file;
  }

  async commit(change: Change, call: Call): Promise<void> {
    let end = () => {};
    try {
      await new Promise<void>((resolve, reject) => {
        const member = { change, deadline: call.deadline, handed: false, left: false, resolve, reject };
        end = watchLimits(call, {
          abort: (signal) => this.#leave(member, abortedError(signal, !member.handed)),
          // In a batch, the batch's own deadline counts: its error says which process is in the way, and what may have happened.
          deadline: () => this.#waiting.has(member) && this.#leave(member, this.#outOfTime()),
        });
        this.#waiting.add(member);
        this.#running ??= this.#run();
      });
    } finally {
      end();
    }
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#running;
  }

  #leave(member: BatchMember, error: StoreError): void {
    this.#waiting.delete(member);
    member.left = true;
    member.reject(error);
  }

  async #run(): Promise<void> {
    // Calls made in the same turn of the event loop go into the first batch, too.
    await undefined;
    while (this.#waiting.size > 0) {
      const batch = [...this.#waiting];
      this.#waiting.clear();
      await this.#commitBatch(batch);
    }
    this.#running = undefined;
  }

  /** A change that throws is left out. The rest share one outcome. */
  async #commitBatch(batch: readonly BatchMember[]): Promise<void> {
    let refused = new Map<BatchMember, unknown>();
    const apply = (document: Document): Document => {
      refused = new Map();
      return batch.reduce((current, member) => {
        if (member.left) return current;
        member.handed = true;
        try {
          return applyChange(current, member.change);
        } catch (error) {
          refused.set(member, error);
          return current;
        }
      }, document);
    };
    const edits = allEdits(batch);
    // A change that is data may be handed to another process at once.
    if (edits) for (const member of batch) member.handed = true;
    const deadline = Math.min(...batch.map((member) => member.deadline));
    try {
      await this.#backend.transact(edits ?? apply, deadline);
    } catch (error) {
      const half = batch.length >> 1;
      // Nothing was written: together they are more than one commit can be.
      if (half > 0 && codeOf(error) === 'E_INPUT') {
        await this.#commitBatch(batch.slice(0, half));
        await this.#commitBatch(batch.slice(half));
      } else this.#fail(batch, error, deadline);
      return;
    }
    for (const member of batch) {
      if (refused.has(member)) member.reject(refused.get(member));
      else member.resolve();
    }
  }

  /** The batch ends with the first of its deadlines. Members with time left take part in the next one. */
  #fail(batch: readonly BatchMember[], error: unknown, end: number): void {
    const now = performance.now();
    const code = codeOf(error);
    const isTimeout = code === 'E_TIMEOUT' || (code === 'E_UNAVAILABLE' && end <= now);
    const early = batch.filter(({ deadline, left }) => isTimeout && deadline > now && !left);
    for (const member of batch) {
      if (early.includes(member)) member.handed = false;
      else member.reject(error);
    }
    this.#waiting = new Set([...early, ...this.#waiting]);
  }

  #outOfTime(): StoreError {
    return new StoreError('E_TIMEOUT', 'the deadline passed while an earlier change was being committed', {
      definite: true,
      file: this.#file,
      hint: 'Nothing was written; try again',
    });
  }
}

/** Undefined if one of the changes is a function, which is no data. */
function allEdits(batch: readonly BatchMember[]): Edit[] | undefined {
  const edits: Edit[] = [];
  for (const { change } of batch) {
    if (typeof change === 'function') return undefined;
    edits.push(...change);
  }
  return edits;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof StoreError ? error.code : undefined;
}

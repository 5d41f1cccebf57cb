import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Backend } from '../store/backend/backend.js';
import { SharedRead } from '../store/backend/shared-read.js';
import { Turns } from '../store/backend/turns.js';
import type { Change } from '../store/document/change.js';
import type { Document } from '../store/document/document.js';
import { applyWatched } from '../store/document/watched.js';
import type { Etcd } from './client.js';
import { definiteError, outOfTime, Unanswered } from './failures.js';
import { followHead } from './follow.js';
import type { EtcdSettings } from './options.js';
import { Session } from './session.js';
import { Layout, type State } from './state.js';
import { type Compare, type Operation, put } from './wire.js';

const conflictPauseMsMax = 20;

/** What one try of a commit is. */
interface Attempt {
  operations: readonly Operation[];
  /** What must hold when it is done. */
  conditions: readonly Compare[];
}

/** The store on etcd. A change that is data needs nothing to be read, and meets no other; a function meets those of what it has read. */
export class EtcdBackend implements Backend {
  readonly beginsLate = true;
  readonly #etcd: Etcd;
  readonly #place: string;
  readonly #layout: Layout;
  readonly #session: Pick<Session, 'commit' | 'end'>;
  readonly #reads: SharedRead<State>;
  readonly #watches = new Set<() => void>();
  /** The receipts of a session are a chain: one commit at a time. */
  readonly #turns = new Turns();

  /** @param session another one, for tests of what receipts are worth */
  constructor(etcd: Etcd, settings: EtcdSettings, session?: Pick<Session, 'commit' | 'end'>) {
    this.#etcd = etcd;
    this.#place = settings.place;
    this.#layout = new Layout(etcd, settings);
    this.#session = session ?? new Session(etcd, settings.prefix, settings.place);
    this.#reads = new SharedRead((deadline) => this.#layout.load(deadline));
  }

  async read(deadline: number): Promise<Document> {
    const onLate = () => new Unanswered(this.#etcd.trouble, false);
    try {
      return (await this.#reads.read(deadline, onLate)).document;
    } catch (error) {
      throw definiteError(this.#place, error);
    }
  }

  async transact(change: Change, deadline: number): Promise<void> {
    const isData = typeof change !== 'function';
    if (isData && change.length === 0) return;
    await this.#enqueue(deadline, async () => {
      if (isData)
        return {
          operations: this.#layout.operations(new Map(change.map(({ key, raw }) => [key, raw]))),
          conditions: [],
        };
      const state = await this.#load(deadline);
      const applied = applyWatched(state.document, change);
      if (!applied) return undefined;
      const { edits, dependsOn } = applied;
      return {
        operations: this.#layout.operations(edits),
        conditions: this.#layout.conditions(state, dependsOn),
      };
    });
  }

  async rewrite(isWanted: (document: Document) => boolean, deadline: number): Promise<void> {
    await this.#enqueue(deadline, async () => {
      const state = await this.#load(deadline);
      if (!isWanted(state.document)) return undefined;
      return { operations: [], conditions: this.#layout.conditions(state, 'all') };
    });
  }

  watch(listener: (document: Document) => void): () => void {
    const end = followHead(this.#etcd, this.#layout, listener);
    this.#watches.add(end);
    return () => {
      this.#watches.delete(end);
      end();
    };
  }

  async close(): Promise<void> {
    for (const end of this.#watches) end();
    await this.#turns.idle();
    await this.#session.end();
    this.#etcd.close();
  }

  async #load(deadline: number): Promise<State> {
    try {
      return await this.#layout.load(deadline);
    } catch (error) {
      throw definiteError(this.#place, error);
    }
  }

  async #enqueue(deadline: number, prepare: () => Promise<Attempt | undefined>): Promise<void> {
    await this.#turns.take(
      deadline,
      () => this.#commit(deadline, prepare),
      () => outOfTime(this.#place),
    );
  }

  /** @param prepare returns undefined where there is nothing to be done */
  async #commit(deadline: number, prepare: () => Promise<Attempt | undefined>): Promise<void> {
    const { head } = this.#layout;
    for (;;) {
      if (performance.now() >= deadline) throw outOfTime(this.#place);
      const attempt = await prepare();
      if (!attempt) return;
      const { operations, conditions } = attempt;
      const outcome = await this.#session.commit(
        conditions,
        (unique) => [put(head, unique), ...operations],
        deadline,
      );
      if (outcome === 'done') return;
      if (outcome === 'conflict') await sleep(randomInt(conflictPauseMsMax));
    }
  }
}

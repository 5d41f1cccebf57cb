import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { outOfTime } from '../etcd/failures.js';
import type { Backend } from '../store/backend/backend.js';
import { SharedRead } from '../store/backend/shared-read.js';
import { Turns } from '../store/backend/turns.js';
import type { Change } from '../store/document/change.js';
import type { Document } from '../store/document/document.js';
import { applyWatched } from '../store/document/watched.js';
import { definiteError, Unanswered } from './failures.js';
import { watchStore } from './follow.js';
import { Line } from './line.js';
import type { PostgresSettings } from './options.js';
import { type Conditions, Session } from './session.js';
import { Layout, type State, unconditional } from './state.js';

const conflictPauseMsMax = 20;

/** What one try of a commit is. */
interface Attempt {
  edits: string;
  /** What must hold when it is done. */
  conditions: Conditions;
}

/** The store on PostgreSQL. A change that is data needs nothing to be read, and meets no other; a function meets those of what it has read. */
export class PostgresBackend implements Backend {
  readonly beginsLate = true;
  readonly #settings: PostgresSettings;
  readonly #layout: Layout;
  /** A read that waits for a lock, or for a server that is stopped, must not hold a commit, and the other way round. */
  readonly #reader: Line;
  readonly #writer: Line;
  readonly #session: Pick<Session, 'commit' | 'end'>;
  readonly #reads: SharedRead<State>;
  readonly #watches = new Set<() => void>();
  /** The receipts of a session are a chain: one commit at a time. */
  readonly #turns = new Turns();

  readonly #others: readonly Line[];

  /**
   * @param session another one, for tests of what receipts are worth
   * @param others what else is to be closed with it
   */
  constructor(
    settings: PostgresSettings,
    writer = new Line(settings),
    session?: Pick<Session, 'commit' | 'end'>,
    others: readonly Line[] = [],
  ) {
    this.#others = others;
    this.#settings = settings;
    this.#layout = new Layout(settings);
    this.#reader = new Line(settings);
    this.#writer = writer;
    this.#session = session ?? new Session(this.#writer, settings.prefix, settings.place);
    this.#reads = new SharedRead((deadline) => this.#layout.load(this.#reader, deadline));
  }

  async read(deadline: number): Promise<Document> {
    return (await this.#load(deadline)).document;
  }

  async transact(change: Change, deadline: number): Promise<void> {
    const isData = typeof change !== 'function';
    if (isData && change.length === 0) return;
    await this.#enqueue(deadline, async () => {
      if (isData) {
        const edits = this.#layout.edits(new Map(change.map(({ key, raw }) => [key, raw])));
        return { edits, conditions: unconditional };
      }
      const state = await this.#load(deadline);
      const applied = applyWatched(state.document, change);
      if (!applied) return undefined;
      const { edits, dependsOn } = applied;
      return { edits: this.#layout.edits(edits), conditions: this.#layout.conditions(state, dependsOn) };
    });
  }

  async rewrite(isWanted: (document: Document) => boolean, deadline: number): Promise<void> {
    await this.#enqueue(deadline, async () => {
      const state = await this.#load(deadline);
      if (!isWanted(state.document)) return undefined;
      return { edits: '[]', conditions: this.#layout.conditions(state, 'all') };
    });
  }

  watch(listener: (document: Document) => void): () => void {
    const end = watchStore(this.#settings, listener);
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
    for (const line of [this.#writer, this.#reader, ...this.#others]) line.close();
  }

  async #load(deadline: number): Promise<State> {
    const onLate = () => new Unanswered(this.#reader.trouble, false);
    try {
      return await this.#reads.read(deadline, onLate);
    } catch (error) {
      throw definiteError(this.#settings.place, error);
    }
  }

  async #enqueue(deadline: number, prepare: () => Promise<Attempt | undefined>): Promise<void> {
    const onLate = () => outOfTime(this.#settings.place);
    await this.#turns.take(deadline, () => this.#commit(deadline, prepare), onLate);
  }

  /** @param prepare returns undefined where there is nothing to be done */
  async #commit(deadline: number, prepare: () => Promise<Attempt | undefined>): Promise<void> {
    for (;;) {
      if (performance.now() >= deadline) throw outOfTime(this.#settings.place);
      const attempt = await prepare();
      if (!attempt) return;
      const outcome = await this.#session.commit(attempt.conditions, attempt.edits, deadline);
      if (outcome === 'done') return;
      if (outcome === 'conflict') await sleep(randomInt(conflictPauseMsMax));
    }
  }
}

import { randomBytes } from 'node:crypto';
import { takenBack, unknown } from '../etcd/failures.js';
import { definiteError, Refused, Unanswered } from './failures.js';
import type { Line, Told } from './line.js';
import { beginSession, commit, endSession, settle } from './schema.js';

/** What must hold when a commit is done. */
export interface Conditions {
  /** What the head must be, empty where there was no commit; null where it may be anything. */
  head: string | null;
  /** Names and values that entries must have, null where there must be none: a list of pairs in JSON. */
  seen: string;
}

/** `conflict`: a condition does not hold. `again`: the session had ended before. Nothing was done in either case. */
export type Outcome = 'done' | 'conflict' | 'again';

interface Begun {
  id: string;
  receipt: string;
  number: number;
}

/** How long a commit is looked after when its caller's time is over. */
const defaultGraceMs = 2000;
const endMs = 500;

/**
 * The receipts of one process, as on etcd: each commit compares the receipt of its process and replaces it, in one transaction. So it takes
 * effect once at most, also where its answer was lost and it is asked for again. Commits must come one after another.
 */
export class Session {
  readonly #line: Line;
  readonly #place: string;
  readonly #store: string;
  readonly #graceMs: number;
  #begun: Begun | undefined;

  constructor(line: Line, store: string, place: string, graceMs = defaultGraceMs) {
    this.#line = line;
    this.#store = store;
    this.#place = place;
    this.#graceMs = graceMs;
  }

  /** @throws StoreError `E_UNKNOWN` where it may have been done; anything else is definite */
  async commit({ head, seen }: Conditions, edits: string, deadline: number): Promise<Outcome> {
    this.#begun ??= await this.#begin(deadline);
    const begun = this.#begun;
    const next = String(++begun.number);
    const parameters = [this.#store, begun.id, begun.receipt, next, head, seen, edits];
    let told: Told;
    try {
      told = await this.#line.ask(commit, parameters, deadline);
    } catch (error) {
      return this.#settle(begun, next, error);
    }
    const said = told.row?.said;
    if (said === 'done') {
      begun.receipt = next;
      return 'done';
    }
    if (said === 'conflict') return 'conflict';
    this.#begun = undefined;
    if (told.isLate) throw unknown(this.#place, 'the session of this process ended meanwhile');
    return 'again';
  }

  /** Never fails. */
  async end(): Promise<void> {
    const begun = this.#begun;
    this.#begun = undefined;
    if (begun) await this.#line.ask(endSession, [begun.id], performance.now() + endMs).catch(() => {});
  }

  /** The commit was not answered, or refused. Where it may be under way, it is taken back, or found to be done. */
  async #settle(begun: Begun, next: string, error: unknown): Promise<Outcome> {
    const mayHappen = (error instanceof Unanswered || error instanceof Refused) && error.isLate;
    if (!mayHappen) throw definiteError(this.#place, error);
    const back = `-${next}`;
    let receipt: unknown;
    try {
      const deadline = performance.now() + this.#graceMs;
      receipt = (await this.#line.ask(settle, [begun.id, begun.receipt, back], deadline)).row?.said;
    } catch {
      this.#begun = undefined;
      throw unknown(this.#place, 'the server has not answered since');
    }
    if (receipt !== next && receipt !== back) {
      this.#begun = undefined;
      throw unknown(this.#place, 'the session of this process ended meanwhile');
    }
    begun.receipt = receipt;
    if (receipt === next) return 'done';
    throw error instanceof Refused ? definiteError(this.#place, error) : takenBack(this.#place);
  }

  async #begin(deadline: number): Promise<Begun> {
    const begun = { id: randomBytes(8).toString('hex'), receipt: '0', number: 0 };
    try {
      await this.#line.ask(beginSession, [begun.id, begun.receipt], deadline);
      return begun;
    } catch (error) {
      throw definiteError(this.#place, error);
    }
  }
}

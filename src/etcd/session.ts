import { randomBytes } from 'node:crypto';
import type { Etcd, Told } from './client.js';
import { definiteError, notFound, Refused, takenBack, Unanswered, unknown } from './failures.js';
import { type Compare, foundValue, get, holds, type Operation, put, type Txn } from './wire.js';

/** `conflict`: a compare failed. `again`: the session had ended before. Nothing was done in either case. */
export type Outcome = 'done' | 'conflict' | 'again';

/** A session that has begun: the key of its receipt, and what that says. */
interface Begun {
  id: string;
  key: string;
  lease: string;
  receipt: string;
  number: number;
  timer: NodeJS.Timeout;
}

/**
 * After a process has died, a request of it may still take effect for so long. A session that ends while there is no majority
 * leaves the outcome of a commit unknown, so it must outlast an outage.
 */
const leaseSeconds = 60;
/** How long a commit is looked after when its caller's time is over. */
const defaultGraceMs = 2000;
const endMs = 500;

/**
 * The receipts of one process. Each commit compares the receipt with what the last one has left, and replaces it, in one transaction.
 * So it takes effect once at most, and never after its caller was told how it ended. Without it:
 *
 *     P sends a=1 to n2, which is stopped | P asks n3: a=1 is done, and acknowledged | Q sets a=2, acknowledged
 *     n2 goes on, and passes the first request on: a=1 again, and the write of Q is lost
 *
 * Commits must come one after another.
 */
export class Session {
  readonly #etcd: Etcd;
  readonly #prefix: string;
  readonly #place: string;
  readonly #graceMs: number;
  #begun: Begun | undefined;

  constructor(etcd: Etcd, prefix: string, place: string, graceMs = defaultGraceMs) {
    this.#etcd = etcd;
    this.#prefix = prefix;
    this.#place = place;
    this.#graceMs = graceMs;
  }

  /**
   * @param operations returns what is to be done, by a text that no other commit has
   * @throws StoreError `E_UNKNOWN` where it may have been done; anything else is definite
   */
  async commit(
    compare: readonly Compare[],
    operations: (unique: string) => readonly Operation[],
    deadline: number,
  ): Promise<Outcome> {
    this.#begun ??= await this.#begin(deadline);
    const begun = this.#begun;
    const next = String(++begun.number);
    let told: Told<Txn>;
    try {
      told = await this.#etcd.txn(
        [holds(begun.key, begun.receipt), ...compare],
        [...operations(`${begun.id}.${next}`), put(begun.key, next, begun.lease)],
        [get(begun.key)],
        deadline,
      );
    } catch (error) {
      return this.#settle(begun, next, error);
    }
    const { answer, isLate } = told;
    const receipt = answer.succeeded ? next : foundValue(answer, 0);
    // Where only the receipt says so, an earlier try was done, and its answer was lost.
    if (receipt === next) {
      begun.receipt = next;
      return 'done';
    }
    if (receipt === begun.receipt) return 'conflict';
    this.#leave(begun);
    if (isLate) throw unknown(this.#place, 'the session of this process ended meanwhile');
    return 'again';
  }

  /** Gives the lease back. Never fails. */
  async end(): Promise<void> {
    const begun = this.#begun;
    if (!begun) return;
    this.#leave(begun);
    const deadline = performance.now() + endMs;
    await this.#etcd.call('/v3/lease/revoke', { ID: begun.lease }, deadline).catch(() => {});
  }

  /** The commit was not answered, or refused. Where it may be under way, it is taken back, or found to be done. */
  async #settle(begun: Begun, next: string, error: unknown): Promise<Outcome> {
    const mayHappen = (error instanceof Unanswered || error instanceof Refused) && error.isLate;
    if (!mayHappen) {
      if (!(error instanceof Refused && error.code === notFound)) throw definiteError(this.#place, error);
      this.#leave(begun);
      return 'again';
    }
    const back = `-${next}`;
    let receipt: string | undefined;
    try {
      const { answer } = await this.#etcd.txn(
        [holds(begun.key, begun.receipt)],
        [put(begun.key, back, begun.lease)],
        [get(begun.key)],
        performance.now() + this.#graceMs,
      );
      receipt = answer.succeeded ? back : foundValue(answer, 0);
    } catch {
      this.#leave(begun);
      throw unknown(this.#place, 'no majority of its members has answered since');
    }
    if (receipt !== next && receipt !== back) {
      this.#leave(begun);
      throw unknown(this.#place, 'the session of this process ended meanwhile');
    }
    begun.receipt = receipt;
    if (receipt === next) return 'done';
    throw error instanceof Refused ? definiteError(this.#place, error) : takenBack(this.#place);
  }

  async #begin(deadline: number): Promise<Begun> {
    const id = randomBytes(8).toString('hex');
    const key = `${this.#prefix}/s/${id}`;
    try {
      const grant = await this.#etcd.call<{ ID: string }>('/v3/lease/grant', { TTL: leaseSeconds }, deadline);
      const lease = grant.answer.ID;
      const receipt = '0';
      // Only where there is none: a late second one would hide what the receipt says by then.
      await this.#etcd.txn([holds(key, undefined)], [put(key, receipt, lease)], [], deadline);
      const timer = setInterval(() => this.#keepAlive(lease), (leaseSeconds * 1000) / 3).unref();
      return { id, key, lease, receipt, number: 0, timer };
    } catch (error) {
      throw definiteError(this.#place, error);
    }
  }

  #keepAlive(lease: string): void {
    const deadline = performance.now() + (leaseSeconds * 1000) / 3;
    this.#etcd.call('/v3/lease/keepalive', { ID: lease }, deadline, true).catch(() => {});
  }

  #leave(begun: Begun): void {
    clearInterval(begun.timer);
    if (this.#begun === begun) this.#begun = undefined;
  }
}

import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Etcd } from './client.js';
import { decode, found, get, getAll, holds, type KeyValue, put, remove, unchanged } from './wire.js';

/** For how long what a verifier has confirmed may be believed. */
export const confirmedMs = 2000;
/** Two monotonic clocks that are not set run at nearly the same rate: this allows for a hundredth. */
const silentMs = confirmedMs * 1.01;
const pauseMsMax = 50;
const strikeMs = 500;

/** No key was ever changed at that revision, and a missing one has 0. */
export const notYet = '-1';

/** A verifier that others know, by the revision of the state that it last said it knows. */
export interface Registration {
  key: string;
  /** The revision at which it said last what it knows; `notYet` where what it knows is not said. */
  changed: string;
}

/**
 * Which processes answer from memory, and what each of them knows: a key for each, without a lease, since etcd may end one early. The
 * protocol is searched exhaustively as a model: see `harness/explore/search/revocation.test.ts`.
 */
export class Registrations {
  readonly #etcd: Etcd;
  readonly #head: string;
  readonly #prefix: string;
  readonly #confirmedMs: number;
  #strikes: Promise<unknown> = Promise.resolve();

  constructor(etcd: Etcd, { prefix }: { prefix: string }, confirmedMsFor = silentMs) {
    this.#etcd = etcd;
    this.#head = `${prefix}/h`;
    this.#prefix = `${prefix}/v/`;
    this.#confirmedMs = confirmedMsFor;
  }

  /** Registers this process anew: it knows nothing yet. A late second try may leave a key behind that the next removal strikes off. */
  async begin(deadline: number, isBackground: boolean): Promise<Registration> {
    const key = this.#prefix + randomBytes(8).toString('hex');
    await this.#etcd.txn([holds(key, undefined)], [put(key, '0')], [], deadline, isBackground);
    return { key, changed: notYet };
  }

  /**
   * Says what this process knows.
   * @param seen the registration as it was read together with the state
   * @returns undefined where it was struck off meanwhile
   */
  async say(
    seen: KeyValue,
    revision: number,
    deadline: number,
    isBackground: boolean,
  ): Promise<Registration | undefined> {
    const key = decode(seen.key);
    const { answer } = await this.#etcd.txn(
      [unchanged(key, seen.mod_revision)],
      [put(key, String(revision))],
      [get(key)],
      deadline,
      isBackground,
    );
    if (answer.succeeded) return { key, changed: answer.header.revision };
    // The first try has done it, and its answer was lost.
    const [now] = found(answer, 0);
    return now && decode(now.value) === String(revision) ? { key, changed: now.mod_revision } : undefined;
  }

  /** No removal waits for this process any more. Never fails. */
  async end({ key }: Registration): Promise<void> {
    await this.#strikes;
    await this.#etcd.txn([], [remove(key)], [], performance.now() + strikeMs).catch(() => {});
  }

  /** See `Revocable.settle`. Those that are silent for longer than they may believe what they know are struck off. */
  async settle(since: number): Promise<void> {
    const end = since + this.#confirmedMs;
    let silent: KeyValue[] | undefined;
    let needed: number | undefined;
    for (let pauseMs = 2; performance.now() < end; pauseMs = Math.min(2 * pauseMs, pauseMsMax)) {
      try {
        const { answer } = await this.#etcd.txn([], [get(this.#head), getAll(this.#prefix)], [], end);
        // Anything that was committed since is later than what must be known.
        needed ??= Number(found(answer, 0)[0]?.mod_revision ?? 0);
        const known = new Map(found(answer, 1).map((one) => [one.key, one]));
        // One that has registered since reads after that.
        silent = [...(silent ?? known.values())].flatMap(({ key }) => known.get(key) ?? []);
        silent = silent.filter(({ value }) => Number(decode(value)) < (needed ?? 0));
        if (silent.length === 0) return;
      } catch {
        // Without a majority no host can confirm anything either.
      }
      await sleep(Math.max(0, Math.min(pauseMs, end - performance.now())));
    }
    const strikes = (silent ?? []).map((one) => this.#strike(one));
    this.#strikes = Promise.all([this.#strikes, ...strikes]);
  }

  /** Only as it was seen: one that has spoken meanwhile stays. */
  async #strike({ key, mod_revision }: KeyValue): Promise<void> {
    const name = decode(key);
    const deadline = performance.now() + strikeMs;
    await this.#etcd.txn([unchanged(name, mod_revision)], [remove(name)], [], deadline).catch(() => {});
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#strikes;
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError } from '../../errors/store-error.js';
import { type Call, untilAborted } from '../backend/call.js';
import type { Claim, Claims, SeenClaim, Version } from '../backend/claims.js';
import { decodeValue } from '../document/document.js';
import { type Entries, encodeEntry } from '../document/entries.js';
import { notAsked, notStored, overdue, refused } from './errors.js';
import { Flight } from './flight.js';
import { Patience } from './patience.js';
import { UnsavedAnswers } from './unsaved.js';
import { isVersion, versionOf } from './version.js';

/** Returns whether a stored value need not be refreshed. Pure. */
export type IsFresh = (value: unknown) => boolean;
/** Asks the provider, and returns the new value, or a promise of it. The signal is aborted when the lease is over. */
export type DoRefresh = (old: unknown, signal: AbortSignal) => unknown;

/** What a refresh needs from the store, also while that is being closed. */
export interface CredentialAccess {
  /** @param deadline on the monotonic clock, in milliseconds. Default: the store's own, from now */
  read(key: string, deadline?: number): Promise<unknown>;
  change(edit: (entries: Entries) => void): Promise<void>;
  /** Commits the same state anew if the value at a key is a wanted one: see `Backend.rewrite`. */
  rewrite(key: string, isWanted: (value: unknown) => boolean): Promise<void>;
}

interface RefreshTask {
  key: string;
  isFresh: IsFresh;
  doRefresh: DoRefresh;
  /** How long one attempt may take, whether ours or another's. */
  leaseMs: number;
}

const pollMs = 40;

/**
 * One refresh (G10): among all callers that find the same credential expired, one asks the provider, and the others adopt
 * its answer.
 *
 * Two things make it so. A claim is exclusive per version of the credential. And an answer replaces the very version
 * that it was got for, or nothing (compare-and-set): a login or a logout meanwhile stands. The lease of the file is held
 * for the commit that shows that an answer can be stored, and for the one that stores it. It is not held while the provider
 * is asked.
 *
 * A token is spent when the provider has answered, so the provider is asked only after a commit has shown that an answer can be
 * stored. If it can't be stored all the same, the claim says so for as long as this process lives: a second use of the token
 * would make the provider revoke all that came of it.
 */
export class Refresher {
  readonly #credentials: CredentialAccess;
  readonly #claims: Claims;
  readonly #joinable = new Map<string, Flight>();
  readonly #flights = new Set<Promise<unknown>>();
  readonly #unsaved: UnsavedAnswers;
  #closed = false;

  /** @param file its absolute path */
  constructor(file: string, credentials: CredentialAccess, claims: Claims) {
    this.#credentials = credentials;
    this.#claims = claims;
    this.#unsaved = new UnsavedAnswers(file);
  }

  async refresh(task: RefreshTask, call: Call): Promise<unknown> {
    const value = await untilAborted(this.#credentials.read(task.key, call.deadline), call.signal);
    this.#forgetSuperseded(task.key, value);
    if (value === undefined || task.isFresh(value)) return value;
    const flight = this.#joinable.get(task.key) ?? this.#start(task);
    return flight.join(call);
  }

  /** Waits for the refreshes under way. An answer that comes later is dropped. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#flights);
    this.#closed = true;
  }

  #start(task: RefreshTask): Flight {
    const leave = (flight: Flight) => {
      if (this.#joinable.get(task.key) === flight) this.#joinable.delete(task.key);
    };
    const flight = new Flight(task.key, (self) => this.#run(task, self), leave);
    this.#joinable.set(task.key, flight);
    this.#flights.add(flight.result);
    const forget = () => this.#flights.delete(flight.result);
    flight.result.then(forget, forget);
    return flight;
  }

  async #run(task: RefreshTask, flight: Flight): Promise<unknown> {
    const patience = new Patience(task.key, task.leaseMs);
    for (;;) {
      const value = await this.#credentials.read(task.key);
      if (value === undefined || task.isFresh(value)) return value;
      flight.signal.throwIfAborted();
      const version = versionOf(task.key, value);
      const latest = await this.#claims.latest(version);
      const unsaved = this.#unsaved.get(version);
      if (unsaved && latest && unsaved.claim === latest.id) {
        // Our own claim keeps all others away. Now the answer is stored that it was left for.
        if (await this.#save(task, version, unsaved.answer)) return unsaved.answer;
        continue;
      }
      flight.holder = patience.waitsFor(version, latest);
      if (flight.holder) {
        await sleep(pollMs, undefined, { signal: flight.signal });
        continue;
      }
      // Counts from before the claim: no process may see our claim as live after we ourselves have given up.
      const until = performance.now() + task.leaseMs;
      const claim = await this.#acquire(task.key, version, latest);
      const outcome = claim && (await this.#attempt(task, flight, version, claim, until));
      if (outcome) return outcome.value;
    }
  }

  async #acquire(key: string, version: Version, after: SeenClaim | undefined): Promise<Claim | undefined> {
    try {
      return await this.#claims.acquire(version, after);
    } catch (error) {
      throw notAsked(key, error);
    }
  }

  /** One attempt, under a claim. @returns undefined where the credential has changed meanwhile: start again */
  async #attempt(
    task: RefreshTask,
    flight: Flight,
    version: Version,
    claim: Claim,
    until: number,
  ): Promise<{ value: unknown } | undefined> {
    let end: 'drop' | 'fail' | 'keep' = 'drop';
    let hasAsked = false;
    try {
      let answer = this.#unsaved.get(version)?.answer;
      if (answer === undefined) {
        const old = await this.#prove(task.key, version);
        // Between our read and our claim another process may have refreshed it and given up its claim. Or we were paused for so
        // long that others may have passed us. In both cases the token may be spent.
        if (old === undefined || performance.now() > until || claim.isLost?.()) return undefined;
        flight.signal.throwIfAborted();
        hasAsked = true;
        answer = await this.#ask(task, { flight, version, claim, old, until });
      }
      return (await this.#save(task, version, answer)) ? { value: answer } : undefined;
    } catch (error) {
      const unsaved = this.#unsaved.get(version);
      if (unsaved) {
        unsaved.claim = claim.id;
        end = 'keep';
        throw error;
      }
      // It may have been refused because another process had won. Our caller wants the answer that that process got.
      const isOther = hasAsked && !hasAnswer(error) && !(await this.#isStill(task.key, version));
      if (isOther) return undefined;
      if (hasAsked && !flight.signal.aborted) end = 'fail';
      throw error;
    } finally {
      await claim[end]();
    }
  }

  /**
   * Makes a commit of the very same bytes. Nothing less shows that the answer can be stored: a mount, an owner or an
   * attribute may forbid the last rename alone.
   * @returns the stored value. Undefined where it is no longer of that version
   */
  async #prove(key: string, version: Version): Promise<unknown> {
    let old: unknown;
    try {
      await this.#credentials.rewrite(key, (value) => {
        const isWanted = isVersion(version, key, value);
        old = isWanted ? value : undefined;
        return isWanted;
      });
    } catch (error) {
      throw notAsked(key, error);
    }
    return old;
  }

  /** Asks the provider. Fails with `E_REFRESH` if there is no answer, or none in time. */
  async #ask(
    { key, doRefresh, leaseMs }: RefreshTask,
    { flight, version, claim, old, until }: Asking,
  ): Promise<unknown> {
    const answer = (async () => {
      const value = decodeValue(encodeEntry(key, await doRefresh(old, flight.signal)));
      this.#unsaved.add(version, value);
      await claim.spend();
      return value;
    })();
    flight.hasAsked = true;
    let timer: NodeJS.Timeout | undefined;
    const lease = new Promise<'over'>((resolve) => {
      timer = setTimeout(() => resolve('over'), until - performance.now());
    });
    try {
      const outcome = await Promise.race([answer.then((value) => ({ value })), lease]);
      if (outcome !== 'over') return outcome.value;
    } catch (error) {
      throw refused(key, error);
    } finally {
      clearTimeout(timer);
    }
    // Others may try from now on. The answer, if it still comes, is worth keeping: it may be the only one there is.
    const error = overdue(key, leaseMs);
    flight.abort(error);
    answer.then((value) => this.#closed || this.#save({ key, leaseMs }, version, value)).catch(() => {});
    throw error;
  }

  /**
   * @returns false if the credential is no longer of that version, and so stays as it is
   * @throws StoreError with the answer, where that could not be stored or may not be durable
   */
  async #save(
    { key, leaseMs }: Pick<RefreshTask, 'key' | 'leaseMs'>,
    version: Version,
    answer: unknown,
  ): Promise<boolean> {
    let isOurs = false;
    try {
      await this.#credentials.change((entries) => {
        const stored = entries.get(key);
        isOurs = isVersion(version, key, stored);
        if (isOurs) entries.set(key, answer);
      });
    } catch (error) {
      // One read answers both questions. If it fails, the credential is taken to be unchanged: the answer is worth keeping.
      const now = await this.#current(key).catch(() => version);
      const isStored = now.value === versionOf(key, answer).value;
      const isStill = !isStored && now.value === version.value;
      if (!isStill) this.#forget(version);
      if (!isStored && !isStill) return false;
      throw notStored(key, answer, error);
    }
    this.#forget(version);
    if (isOurs) await this.#claims.sweep(versionOf(key, answer), () => this.#current(key), leaseMs);
    return isOurs;
  }

  async #current(key: string): Promise<Version> {
    return versionOf(key, await this.#credentials.read(key));
  }

  /** Is that version the stored one? True where that can't be read. */
  async #isStill(key: string, version: Version): Promise<boolean> {
    return this.#current(key).then(
      (now) => now.value === version.value,
      () => true,
    );
  }

  /** The answer for that version is stored, or the version is gone. */
  #forget(version: Version): void {
    const claim = this.#unsaved.take(version)?.claim;
    if (claim !== undefined) this.#claims.remove(version, claim);
  }

  /** A login or a logout makes what could not be stored worthless. */
  #forgetSuperseded(key: string, value: unknown): void {
    for (const { version } of this.#unsaved.superseded(() => versionOf(key, value))) this.#forget(version);
  }
}

/** What is needed to ask the provider. */
interface Asking {
  flight: Flight;
  version: Version;
  claim: Claim;
  old: unknown;
  until: number;
}

function hasAnswer(error: unknown): boolean {
  return error instanceof StoreError && error.answer !== undefined;
}

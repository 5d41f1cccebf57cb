import { setTimeout as sleep } from 'node:timers/promises';
import { type Call, untilAborted } from '../call.js';
import { decodeValue } from '../document.js';
import { type Entries, encodeEntry } from '../entries.js';
import type { Claim, Claims, Version } from './claims.js';
import { overdue, refused } from './errors.js';
import { Flight } from './flight.js';
import { Patience } from './patience.js';
import { isVersion, versionOf } from './version.js';

export type IsFresh = (value: unknown) => boolean;
export type DoRefresh = (old: unknown, signal: AbortSignal) => unknown;

/** What a refresh needs of the store, also while it is being closed. */
export interface Credentials {
  /** @param deadline on the monotonic clock, in milliseconds; default: the store's own, from now */
  read(key: string, deadline?: number): Promise<unknown>;
  change(edit: (entries: Entries) => void): Promise<void>;
}

interface Task {
  key: string;
  isFresh: IsFresh;
  doRefresh: DoRefresh;
  /** How long one attempt may take, ours as well as another's. */
  leaseMs: number;
}

const pollMs = 40;

/**
 * One refresh (G10): of all who find the same credential expired one asks the provider, the others adopt what it got.
 *
 * Two things make it so. A claim is exclusive per version of the credential. And an answer replaces the very version
 * that it was got for, or nothing (compare-and-set): a login or a logout meanwhile stands. The lease of the file is held
 * for that last step alone.
 */
export class Refresher {
  readonly #credentials: Credentials;
  readonly #claims: Claims;
  readonly #joinable = new Map<string, Flight>();
  readonly #flights = new Set<Promise<unknown>>();
  /** Answers that could not be stored, by the version they replace: a provider gives each of them once. */
  readonly #unsaved = new Map<string, unknown>();
  #closed = false;

  constructor(credentials: Credentials, claims: Claims) {
    this.#credentials = credentials;
    this.#claims = claims;
  }

  async refresh(task: Task, call: Call): Promise<unknown> {
    const value = await untilAborted(this.#credentials.read(task.key, call.deadline), call.signal);
    if (value === undefined || task.isFresh(value)) return value;
    const flight = this.#joinable.get(task.key) ?? this.#start(task);
    return flight.join(call);
  }

  /** Waits for what is under way; what comes later than that is dropped. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#flights);
    this.#closed = true;
  }

  #start(task: Task): Flight {
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

  async #run(task: Task, flight: Flight): Promise<unknown> {
    const patience = new Patience(task.key, task.leaseMs);
    for (;;) {
      const value = await this.#credentials.read(task.key);
      if (value === undefined || task.isFresh(value)) return value;
      flight.signal.throwIfAborted();
      const version = versionOf(task.key, value);
      const latest = this.#claims.latest(version);
      flight.holder = patience.look(version, latest);
      if (flight.holder) {
        await sleep(pollMs, undefined, { signal: flight.signal });
        continue;
      }
      // From before it is claimed: nobody may see our claim for longer than we ourselves go on.
      const until = performance.now() + task.leaseMs;
      const claim = this.#claims.take(version, latest);
      const outcome = claim && (await this.#attempt(task, flight, version, claim, until));
      if (outcome) return outcome.value;
    }
  }

  /** One attempt, under a claim. @returns undefined where the credential has changed meanwhile: look again */
  async #attempt(
    task: Task,
    flight: Flight,
    version: Version,
    claim: Claim,
    until: number,
  ): Promise<{ value: unknown } | undefined> {
    let failed = false;
    try {
      // Another may have refreshed it, and given up its claim, between our read and ours.
      const old = await this.#credentials.read(task.key);
      if (!isVersion(version, task.key, old)) return undefined;
      // Paused for so long that others may have passed us: the token may be spent.
      if (performance.now() > until) return undefined;
      const answer = this.#unsaved.get(version.value) ?? (await this.#ask(task, flight, version, old, until));
      return (await this.#save(task.key, version, answer)) ? { value: answer } : undefined;
    } catch (error) {
      // Perhaps it was refused because another one had won: what that one got is what our caller wants.
      const isSame = await this.#credentials.read(task.key).then(
        (now) => isVersion(version, task.key, now),
        () => true,
      );
      if (!isSame) return undefined;
      failed = !flight.signal.aborted;
      throw error;
    } finally {
      if (failed) claim.fail();
      else claim.drop();
    }
  }

  /** The provider's answer. Fails with `E_REFRESH` if there is none, or none in time. */
  async #ask(
    { key, doRefresh, leaseMs }: Task,
    flight: Flight,
    version: Version,
    old: unknown,
    until: number,
  ): Promise<unknown> {
    const answer = (async () => {
      const value = decodeValue(encodeEntry(key, await doRefresh(old, flight.signal)));
      this.#unsaved.set(version.value, value);
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
    // Others may try from now on. The answer, should it come, is worth keeping: it may be the only one there is.
    const error = overdue(key, leaseMs);
    flight.abort(error);
    answer.then((value) => this.#closed || this.#save(key, version, value)).catch(() => {});
    throw error;
  }

  /** @returns false if the credential is no longer of that version: it stays as it is */
  async #save(key: string, version: Version, answer: unknown): Promise<boolean> {
    let isOurs = false;
    await this.#credentials.change((entries) => {
      const stored = entries.get(key);
      isOurs = isVersion(version, key, stored);
      if (isOurs) entries.set(key, answer);
    });
    this.#unsaved.delete(version.value);
    if (isOurs) this.#claims.sweep(versionOf(key, answer));
    return isOurs;
  }
}

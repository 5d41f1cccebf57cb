import { wallClock } from '../../wall-clock.js';
import type { Document } from '../document/document.js';
import {
  confirmedMs,
  notYet,
  type Registration,
  type Registrations,
  type SeenRegistration,
} from './registrations.js';
import type { ConfirmedMemory } from './revocable.js';
import { SharedRead } from './shared-read.js';

const everyMs = confirmedMs / 4;
const callMs = 5000;
const endMs = 500;

/** A moment on both clocks: the monotonic one stands still while a machine sleeps. */
interface Moment {
  monotonic: number;
  wall: number;
}

/** A state of the store, and the registration of this process, as both were at one moment. */
export interface Seen<State> {
  state: State;
  /** Of the last commit; 0 where there was none. */
  revision: number;
  /** Neither has moved since the registration said last what it knows: nothing else was read then. */
  isSame: boolean;
  /** As it was read; undefined where it was struck off. */
  registration: SeenRegistration | undefined;
}

/** How an engine is read by a process that answers from memory. Nothing of it keeps the process alive. */
export interface Watched<State> {
  /** One linearizable read. Fails where nobody answers until the deadline. */
  look(registration: Registration, deadline: number): Promise<Seen<State>>;
  /** Calls the function soon after each commit of any process, and now and then. @returns a function that ends it */
  follow(load: () => Promise<State>): () => void;
  /** @param why nothing was answered in time; by default, what the engine knows of it */
  unanswered(why?: string): Error;
  /** The error of a call that has failed, for its caller. */
  definite(error: unknown): Error;
}

/** What this process knows for certain until `confirmedMs` after `at`. */
interface Known {
  document: Document;
  at: Moment;
}

/**
 * What may be answered from memory. It registers, *then* reads; says by its registration what it knows; and asks again, every quarter of
 * the time for which an answer may be believed, whether both are as they were. That time begins when the question was *sent*:
 *
 *     V asks | a token is deleted, and the deletion waits 2 s | the answer, "all as it was", comes after 1.5 s
 *
 * A state that has moved is believed only once the registration says so. Else:
 *
 *     a deletion waits 2 s for V | V reads, and believes | the deletion strikes V off | the next one finds no V, and returns at once
 */
export class Confirmed<State extends { document: Document }> implements ConfirmedMemory {
  readonly #watched: Watched<State>;
  readonly #registrations: Registrations;
  readonly #reads: SharedRead<State>;
  #registration: Registration | undefined;
  #confirmed: Known | undefined;
  #end: (() => void) | undefined;
  #isClosed = false;

  constructor(registrations: Registrations, watched: Watched<State>) {
    this.#watched = watched;
    this.#registrations = registrations;
    this.#reads = new SharedRead((deadline) => this.#confirm(deadline));
  }

  current(): Document | undefined {
    this.#begin();
    const { document, at } = this.#confirmed ?? {};
    if (!at) return undefined;
    const now = moment();
    const isYoung = now.monotonic - at.monotonic < confirmedMs && Math.abs(now.wall - at.wall) < confirmedMs;
    return isYoung ? document : undefined;
  }

  async confirm(deadline: number): Promise<void> {
    this.#begin();
    await this.#read(deadline);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#confirmed = undefined;
    this.#end?.();
    // A registration that is under way would stay without a process that speaks for it.
    if (this.#end) await this.#read(performance.now() + endMs).catch(() => {});
    if (this.#registration) await this.#registrations.end(this.#registration);
    await this.#registrations.idle();
  }

  async #read(deadline: number, isBackground = false): Promise<State> {
    try {
      return await this.#reads.read(deadline, () => this.#watched.unanswered(), isBackground);
    } catch (error) {
      throw this.#watched.definite(error);
    }
  }

  /** Follows all changes from the first use on. Keeps no process alive. */
  #begin(): void {
    if (this.#end || this.#isClosed) return;
    const load = () => this.#read(performance.now() + callMs, true);
    const endFollowing = this.#watched.follow(load);
    const timer = setInterval(() => void load().catch(() => {}), everyMs).unref();
    this.#end = () => {
      endFollowing();
      clearInterval(timer);
    };
  }

  /** One at a time. */
  async #confirm(deadline: number): Promise<State> {
    for (;;) {
      if (this.#isClosed) throw this.#watched.unanswered('it was closed');
      this.#registration ??= await this.#registrations.begin(deadline);
      const at = moment();
      const seen = await this.#watched.look(this.#registration, deadline);
      const registration = seen.isSame ? this.#registration : await this.#saying(seen, deadline);
      this.#registration = registration;
      if (!registration) {
        // Struck off: what was known before is not believed either.
        this.#confirmed = undefined;
        continue;
      }
      if (!this.#isClosed) this.#confirmed = { document: seen.state.document, at };
      return seen.state;
    }
  }

  async #saying(
    { state: { document }, revision, registration: seen }: Seen<State>,
    deadline: number,
  ): Promise<Registration | undefined> {
    if (!seen) return undefined;
    const { id, changed } = seen;
    if (seen.known >= revision) return { id, changed };
    // First it goes by what it says: a deletion returns as soon as this was said, whenever the answer comes.
    if (this.#confirmed) this.#confirmed = { document, at: this.#confirmed.at };
    // Until it has said so, the comparison of the next read must fail.
    this.#registration = { id, changed: notYet };
    return this.#registrations.say(seen, revision, deadline);
  }
}

function moment(): Moment {
  return { monotonic: performance.now(), wall: wallClock() };
}

import type { ConfirmedMemory } from '../store/backend/revocable.js';
import type { Document } from '../store/document/document.js';
import { wallClock } from '../wall-clock.js';
import type { Etcd } from './client.js';
import { definiteError, Unanswered } from './failures.js';
import { followHead } from './follow.js';
import type { EtcdSettings } from './options.js';
import { confirmedMs, notYet, type Registration, type Registrations } from './registrations.js';
import { SharedRead } from './shared-read.js';
import { Layout, type State } from './state.js';
import { decode, unchanged } from './wire.js';

const everyMs = confirmedMs / 4;
const callMs = 5000;
const endMs = 500;

/** A moment on both clocks: the monotonic one stands still while a machine sleeps. */
interface Moment {
  monotonic: number;
  wall: number;
}

/** What this process knows for certain until `confirmedMs` after `at`. */
interface Confirmed {
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
export class ConfirmedState implements ConfirmedMemory {
  readonly #place: string;
  readonly #etcd: Etcd;
  readonly #layout: Layout;
  readonly #registrations: Registrations;
  readonly #reads: SharedRead<State>;
  #registration: Registration | undefined;
  #confirmed: Confirmed | undefined;
  #end: (() => void) | undefined;
  #isClosed = false;

  constructor(etcd: Etcd, settings: EtcdSettings, registrations: Registrations) {
    this.#etcd = etcd;
    this.#place = settings.place;
    this.#layout = new Layout(etcd, settings);
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
    const onLate = () => new Unanswered(this.#etcd.trouble, false);
    try {
      return await this.#reads.read(deadline, onLate, isBackground);
    } catch (error) {
      throw definiteError(this.#place, error);
    }
  }

  /** Follows all changes from the first use on. Keeps no process alive. */
  #begin(): void {
    if (this.#end || this.#isClosed) return;
    const load = () => this.#read(performance.now() + callMs, true);
    const follow = followHead(this.#etcd, { head: this.#layout.head, load }, () => {});
    const timer = setInterval(() => void load().catch(() => {}), everyMs).unref();
    this.#end = () => {
      follow();
      clearInterval(timer);
    };
  }

  /** One at a time. */
  async #confirm(deadline: number): Promise<State> {
    for (;;) {
      if (this.#isClosed) throw new Unanswered('it was closed', false);
      this.#registration ??= await this.#registrations.begin(deadline, true);
      const { key, changed } = this.#registration;
      const at = moment();
      const seen = await this.#layout.load(deadline, true, { compare: [unchanged(key, changed)], key });
      const registration = seen.isSame ? this.#registration : await this.#saying(seen, deadline);
      this.#registration = registration;
      if (!registration) {
        // Struck off: what was known before is not believed either.
        this.#confirmed = undefined;
        continue;
      }
      if (!this.#isClosed) this.#confirmed = { document: seen.document, at };
      return seen;
    }
  }

  async #saying(
    { document, headRevision, beside }: Awaited<ReturnType<Layout['load']>>,
    deadline: number,
  ): Promise<Registration | undefined> {
    if (!beside) return undefined;
    const key = decode(beside.key);
    if (Number(decode(beside.value)) >= headRevision) return { key, changed: beside.mod_revision };
    // First it goes by what it says: a deletion returns as soon as this was said, whenever the answer comes.
    if (this.#confirmed) this.#confirmed = { document, at: this.#confirmed.at };
    // Until it has said so, the comparison of the next read must fail.
    this.#registration = { key, changed: notYet };
    return this.#registrations.say(beside, headRevision, deadline, true);
  }
}

function moment(): Moment {
  return { monotonic: performance.now(), wall: wallClock() };
}

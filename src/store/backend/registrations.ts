import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** For how long what a verifier has confirmed may be believed. */
export const confirmedMs = 2000;
/** Two monotonic clocks that are not set run at nearly the same rate: this allows for a hundredth. */
const silentMs = confirmedMs * 1.01;
const pauseMsMax = 50;
const strikeMs = 500;

/** No registration is ever in that state, not even a missing one. */
export const notYet = '-1';

/** A verifier that others know. */
export interface Registration {
  id: string;
  /** Of what it has said last: it differs after each word. `notYet` where what it knows is not said. */
  changed: string;
}

/** A registration as it was read. */
export interface SeenRegistration extends Registration {
  /** The revision of the state that it says it knows. */
  known: number;
}

/** Who is registered, at one moment. */
export interface Roll {
  /** The revision of the last commit; 0 where there was none. */
  revision: number;
  all: SeenRegistration[];
}

/**
 * Where an engine keeps registrations. Each call is linearizable with the commits of the store, and done durably when it returns. It may
 * be done twice where its answer was lost. It fails where nobody answers until the deadline.
 */
export interface Register {
  /** Adds a verifier that knows nothing yet. A late second try may leave one behind that the next removal strikes off. */
  add(id: string, deadline: number): Promise<void>;
  /** Says what it knows. @returns undefined where it was struck off meanwhile */
  say(seen: SeenRegistration, revision: number, deadline: number): Promise<Registration | undefined>;
  list(deadline: number): Promise<Roll>;
  /** Strikes it off, only as it was seen: one that has spoken meanwhile stays. */
  strike(seen: SeenRegistration, deadline: number): Promise<void>;
  remove(id: string, deadline: number): Promise<void>;
}

/**
 * Which processes answer from memory, and what each of them knows. No lease of an engine takes part, since it may end one early. The
 * protocol is searched exhaustively as a model: see `harness/explore/search/revocation.test.ts`.
 */
export class Registrations {
  readonly #register: Register;
  readonly #confirmedMs: number;
  #strikes: Promise<unknown> = Promise.resolve();

  constructor(register: Register, confirmedMsFor = silentMs) {
    this.#register = register;
    this.#confirmedMs = confirmedMsFor;
  }

  /** Registers this process anew: it knows nothing yet. */
  async begin(deadline: number): Promise<Registration> {
    const id = randomBytes(8).toString('hex');
    await this.#register.add(id, deadline);
    return { id, changed: notYet };
  }

  /**
   * Says what this process knows.
   * @param seen the registration as it was read together with the state
   * @returns undefined where it was struck off meanwhile
   */
  say(seen: SeenRegistration, revision: number, deadline: number): Promise<Registration | undefined> {
    return this.#register.say(seen, revision, deadline);
  }

  /** No removal waits for this process any more. Never fails. */
  async end({ id }: Registration): Promise<void> {
    await this.#strikes;
    await this.#register.remove(id, performance.now() + strikeMs).catch(() => {});
  }

  /** See `Revocable.settle`. Those that are silent for longer than they may believe what they know are struck off. */
  async settle(since: number): Promise<void> {
    const end = since + this.#confirmedMs;
    let silent: SeenRegistration[] | undefined;
    let needed: number | undefined;
    for (let pauseMs = 2; performance.now() < end; pauseMs = Math.min(2 * pauseMs, pauseMsMax)) {
      try {
        const { revision, all } = await this.#register.list(end);
        // Anything that was committed since is later than what must be known.
        needed ??= revision;
        const known = new Map(all.map((one) => [one.id, one]));
        // One that has registered since reads after that.
        silent = [...(silent ?? known.values())].flatMap(({ id }) => known.get(id) ?? []);
        silent = silent.filter((one) => one.known < (needed ?? 0));
        if (silent.length === 0) return;
      } catch {
        // Where nobody answers, no host can confirm anything either.
      }
      await sleep(Math.max(0, Math.min(pauseMs, end - performance.now())));
    }
    const strikes = (silent ?? []).map((one) => this.#strike(one));
    this.#strikes = Promise.all([this.#strikes, ...strikes]);
  }

  async #strike(seen: SeenRegistration): Promise<void> {
    await this.#register.strike(seen, performance.now() + strikeMs).catch(() => {});
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#strikes;
  }
}

import { abortedError, type Call, watchLimits } from '../call.js';
import { type Holder, StoreError } from '../errors.js';

/** One refresh in this process, shared by all who want it. When the last of them has left, its signal is aborted. */
export class Flight {
  readonly result: Promise<unknown>;
  readonly #controller = new AbortController();
  readonly #key: string;
  readonly #leave: (flight: Flight) => void;
  #callers = 0;
  #landed = false;
  /** Whom we wait for, as of the last look. */
  holder: Holder | undefined;
  /** The provider has been asked by us: its answer may come, and be stored, when nobody waits any more. */
  hasAsked = false;

  /** @param leave called when nobody may join any more */
  constructor(key: string, work: (flight: Flight) => Promise<unknown>, leave: (flight: Flight) => void) {
    this.#key = key;
    this.#leave = leave;
    this.result = work(this).finally(() => {
      this.#landed = true;
      leave(this);
    });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }

  /** The result, within the limits of one caller. */
  async join(call: Call): Promise<unknown> {
    this.#callers++;
    let end = () => {};
    const limit = new Promise<never>((_, reject) => {
      end = watchLimits(call, {
        abort: (signal) => reject(abortedError(signal, !this.hasAsked)),
        deadline: () => reject(this.#outOfTime()),
      });
    });
    try {
      // A copy for each: what one of them does to it is not the others' business.
      return structuredClone(await Promise.race([this.result, limit]));
    } finally {
      end();
      if (--this.#callers === 0 && !this.#landed) {
        // Whoever comes now must not share in the abort of others.
        this.#leave(this);
        this.abort(new DOMException('nobody waits for this refresh any more', 'AbortError'));
      }
    }
  }

  #outOfTime(): StoreError {
    const who = this.holder && `process ${this.holder.pid} on ${this.holder.host}`;
    const why = who ? `waiting for ${who} to refresh` : 'refreshing';
    return new StoreError('E_TIMEOUT', `the deadline passed while ${why} ${JSON.stringify(this.#key)}`, {
      definite: !this.hasAsked,
      holder: this.holder,
    });
  }
}

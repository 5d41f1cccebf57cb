import { type Holder, StoreError } from '../../errors/store-error.js';
import { abortedError, type Call, watchLimits } from '../backend/call.js';

/** One refresh in this process, shared by all callers. Its signal is aborted when the last of them has left. */
export class Flight {
  readonly result: Promise<unknown>;
  readonly #controller = new AbortController();
  readonly #key: string;
  readonly #leave: (flight: Flight) => void;
  #callers = 0;
  #landed = false;
  /** The process that we wait for, as last seen. */
  holder: Holder | undefined;
  /** We have asked the provider. Its answer may come, and be stored, after the last caller has left. */
  hasAsked = false;

  /** @param leave called when no caller may join any more */
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
      // A copy for each caller, which may change it without an effect on the others.
      return structuredClone(await Promise.race([this.result, limit]));
    } finally {
      end();
      if (--this.#callers === 0 && !this.#landed) {
        // A caller that comes now must not share the abort of the others.
        this.#leave(this);
        this.abort(new DOMException('no caller waits for this refresh any more', 'AbortError'));
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

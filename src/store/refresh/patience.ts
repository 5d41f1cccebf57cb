import type { Holder } from '../../errors/store-error.js';
import type { SeenClaim, Version } from '../backend/claims.js';
import { refusedElsewhere, spentElsewhere } from './errors.js';

/** Decides how long one refresh waits for the claims of others, by its own monotonic clock alone. */
export class Patience {
  readonly #key: string;
  readonly #leaseMs: number;
  #version: string | undefined;
  #failedBefore: string | undefined;
  #seen: { what: string; since: number } | undefined;

  constructor(key: string, leaseMs: number) {
    this.#key = key;
    this.#leaseMs = leaseMs;
  }

  /**
   * @returns the process to wait for. Undefined if the next attempt is free to be claimed
   * @throws StoreError `E_REFRESH` where an attempt failed that was not over when we came. A call that waits for an attempt
   * shares its outcome: if each tried again, each might spend the same single-use token. Also where a living process has
   * certainly spent the token, and does not store the answer: a second use would make the provider revoke them all.
   */
  waitsFor(version: Version, latest: SeenClaim | undefined): Holder | undefined {
    if (this.#version !== version.value) {
      this.#version = version.value;
      this.#failedBefore = latest?.state === 'failed' ? latest.id : undefined;
    }
    if (!latest) return undefined;
    const { id, state, holder } = latest;
    if (state === 'failed') {
      if (id === this.#failedBefore) return undefined;
      throw refusedElsewhere(this.#key, holder);
    }
    if (latest.dead) return undefined;
    if (state === 'unsaved') throw spentElsewhere(this.#key, holder);
    const what = `${id} ${state}`;
    if (this.#seen?.what !== what) this.#seen = { what, since: performance.now() };
    const seenForMs = Math.round(performance.now() - this.#seen.since);
    if (seenForMs <= this.#leaseMs) return { ...holder, seenForMs };
    if (state === 'spent') throw spentElsewhere(this.#key, holder, seenForMs);
    return undefined;
  }
}

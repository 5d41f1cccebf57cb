import type { Holder } from '../errors.js';
import type { SeenClaim, Version } from './claims.js';
import { refusedElsewhere } from './errors.js';

/** What one refresh has seen of the claims of others, and for how long: its own monotonic clock alone judges. */
export class Patience {
  readonly #key: string;
  readonly #leaseMs: number;
  #version: string | undefined;
  #failedBefore: string | undefined;
  #seen: { id: string; since: number } | undefined;

  constructor(key: string, leaseMs: number) {
    this.#key = key;
    this.#leaseMs = leaseMs;
  }

  /**
   * @returns whom to wait for; undefined if the next attempt is free to be claimed
   * @throws StoreError `E_REFRESH` where an attempt failed that was not over when we came: who waits for an attempt
   * shares how it ends. Were each to try again, each might spend the same single-use token.
   */
  look(version: Version, latest: SeenClaim | undefined): Holder | undefined {
    if (this.#version !== version.value) {
      this.#version = version.value;
      this.#failedBefore = latest?.failed ? latest.id : undefined;
    }
    if (!latest) return undefined;
    if (latest.failed) {
      if (latest.id === this.#failedBefore) return undefined;
      throw refusedElsewhere(this.#key, latest.holder);
    }
    if (latest.dead) return undefined;
    if (this.#seen?.id !== latest.id) this.#seen = { id: latest.id, since: performance.now() };
    const seenForMs = Math.round(performance.now() - this.#seen.since);
    return seenForMs > this.#leaseMs ? undefined : { ...latest.holder, seenForMs };
  }
}

import type { Holder } from '../errors.js';

/** A claim as others see it. */
export interface SeenClaim {
  /** Of this very claim: no other, before or after, has the same. */
  id: string;
  /** The first attempt to refresh a version is 0, each that takes over from another is one more. */
  attempt: number;
  /** The holder tried, and the provider refused. */
  failed: boolean;
  /** The holder certainly runs no more. */
  dead: boolean;
  holder: Omit<Holder, 'seenForMs'>;
}

/** A claim of our own. However late one of these is called, it touches no other claim. None of them fails. */
export interface Claim {
  /** Gives it back: whoever waits for it may try. */
  drop(): void;
  /** Leaves it, for those who wait to see how it went. */
  fail(): void;
}

/**
 * Who may refresh a credential, among all processes. Claims are exclusive per *version* of a credential, so what has
 * been refreshed once can't be refreshed again, and a take-over has one winner.
 */
export interface Claims {
  /** The claim of the last attempt; undefined where nobody has claimed the version. */
  latest(version: Version): SeenClaim | undefined;
  /** Claims the attempt after that one. @returns undefined where somebody was faster: look again */
  take(version: Version, after: SeenClaim | undefined): Claim | undefined;
  /** Removes what is left of other versions of the credential. Never fails. */
  sweep(current: Version): void;
}

/** A credential at one instant, by hashes of its key and its value: they stand in names that others may see. */
export interface Version {
  key: string;
  value: string;
}

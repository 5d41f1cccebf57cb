import type { Holder } from '../errors.js';

/** How far the holder of a claim has come. */
export type ClaimState =
  /** It is asking the provider, or about to. */
  | 'asking'
  /** The provider refused, or could not be asked. */
  | 'failed'
  /** The provider has answered, so the token is spent; the answer is being stored. */
  | 'spent'
  /** The token is spent, and the answer could not be stored: the holder alone has it. */
  | 'unsaved';

/** A claim as others see it. */
export interface SeenClaim {
  /** Of this very claim: no other, before or after, has the same. */
  id: string;
  /** The first attempt to refresh a version is 0, each that takes over from another is one more. */
  attempt: number;
  state: ClaimState;
  /** The holder certainly runs no more. */
  dead: boolean;
  holder: Omit<Holder, 'seenForMs'>;
}

/** A claim of our own. However late one of these is called, it touches no other claim. None of them fails. */
export interface Claim {
  readonly id: string;
  /** The provider has answered: no other process may present the token while this one lives, however slow it is. */
  spend(): void;
  /** Gives it back: whoever waits for it may try. */
  drop(): void;
  /** Leaves it, for those who wait to see how it went. */
  fail(): void;
  /** Leaves it: the token is spent, and this process alone has the answer. Removed by `Claims.remove`. */
  keep(): void;
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
  /** Removes a claim of this process that was kept. Never fails. */
  remove(version: Version, id: string): void;
  /**
   * Removes what ended attempts have left at other versions of a credential that was just stored. What may be the claim of a
   * living process stays: its holder removes it. Never fails.
   * @param current the version that is stored now; asked for after the claims were listed
   */
  sweep(stored: Version, current: () => Promise<Version>): Promise<void>;
}

/** A credential at one instant, by hashes of its key and its value: they stand in names that others may see. */
export interface Version {
  key: string;
  value: string;
}

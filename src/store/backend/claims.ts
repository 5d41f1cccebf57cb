import type { Holder } from '../../errors/store-error.js';

/** How far the holder of a claim has come. */
export type ClaimState =
  /** It is asking the provider, or about to. */
  | 'asking'
  /** The provider refused, or could not be asked. */
  | 'failed'
  /** The provider has answered, so the token is spent; the answer is being stored. */
  | 'spent'
  /** The token is spent, and the answer could not be stored. Only the holder has it. */
  | 'unsaved';

/** A claim as others see it. */
export interface SeenClaim {
  /** Unique: no other claim, before or after, has the same. */
  id: string;
  /** The first attempt to refresh a version is 0. Each that takes over from another is one more. */
  attempt: number;
  state: ClaimState;
  /** The holder certainly no longer runs. */
  dead: boolean;
  holder: Omit<Holder, 'seenForMs'>;
}

/** A claim of our own. A late call touches no other claim, and no call fails: where the backend is remote, each may be a promise. */
export interface Claim {
  readonly id: string;
  /** The provider has answered. No other process may present the token while this one lives, however slow it is. */
  spend(): void | Promise<void>;
  /** Gives the claim back: a process that waits for it may try. */
  drop(): void | Promise<void>;
  /** Leaves the claim, marked as failed, for the processes that wait for it. */
  fail(): void | Promise<void>;
  /** Leaves the claim: the token is spent, and only this process has the answer. `Claims.remove` removes it. */
  keep(): void | Promise<void>;
  /** True where another process may have taken the claim over already, by the clock of this one. Undefined where none can. */
  isLost?(): boolean;
}

/**
 * Decides which process may refresh a credential. Claims are exclusive per *version* of a credential, so a version can't be
 * refreshed twice, and a take-over has one winner.
 */
export interface Claims {
  /** The claim of the last attempt. Undefined where no process has claimed the version. */
  latest(version: Version): SeenClaim | undefined | Promise<SeenClaim | undefined>;
  /** Claims the attempt after that one. @returns undefined where another process was faster: look again */
  acquire(version: Version, after: SeenClaim | undefined): Claim | undefined | Promise<Claim | undefined>;
  /** Removes a claim of this process that was kept. Never fails. */
  remove(version: Version, id: string): void | Promise<void>;
  /**
   * Removes the claims of ended attempts on other versions of a credential that was just stored. A claim that may be a living
   * process's stays: its holder removes it, unless it has said nothing for longer than a lease. Never fails.
   * @param current returns the version that is stored now. Called after the claims were listed
   */
  sweep(stored: Version, current: () => Promise<Version>, leaseMs: number): Promise<void>;
}

/** A credential at one instant, as hashes of its key and its value: they are part of file names that others may see. */
export interface Version {
  key: string;
  value: string;
}

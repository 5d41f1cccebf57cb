import type { TokenEntry } from './entry.js';
import type { LastUses } from './use-times.js';

/** Where a verifier finds the tokens as they are now. */
export interface TokenSource {
  /**
   * Looks at the tokens as they are now, for the `find` that follows.
   * @returns another object once any of them may have changed
   * @throws StoreError where that can't be said
   */
  look(): object;
  /**
   * Returns an entry, as of the last look.
   * @param isAsked true for a token that somebody presents, which may have been created elsewhere a moment ago
   * @throws StoreError where it can't be said whether there is one
   */
  find(id: string, isAsked: boolean): TokenEntry | undefined;
  /** @returns undefined where the next look and `find` say it at once; else what to wait for: it fails where nothing can be known */
  prepare?(id: string | undefined): Promise<void> | undefined;
  close(): void | Promise<void>;
}

/** Notes of the last uses of tokens. No call fails: what can't be read is said by the result. */
export interface UseNotes {
  record(id: string, now: number): void;
  read(): LastUses | Promise<LastUses>;
  /** Writes what has been recorded. */
  flush(): void | Promise<void>;
  forget(id: string): void | Promise<void>;
}

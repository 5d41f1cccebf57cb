import type { Permission } from './permissions.js';

/** The public part of a token: never its secret, nor the hash of it. */
export interface TokenInfo {
  /** Eight letters and digits. Public, and part of the token itself. */
  readonly id: string;
  /** A label for people. */
  readonly name?: string;
  /** In the order read, write, execute. */
  readonly permissions: readonly Permission[];
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Milliseconds since 1970. From this moment on the token is refused; null: it never expires. */
  readonly expiresAt: number | null;
}

/** Knows which tokens are good. */
export interface TokenVerifier {
  /**
   * Returns the owner's token info if the token is good now. Synchronous, and fresh at every call: once a deletion has returned,
   * in any process, no call that begins later accepts the token.
   *
   * Returns undefined for a malformed, unknown, expired or deleted token alike, so that the caller can't learn which it was.
   * @throws StoreError if the token file can't be read; treat the request as refused
   */
  verify(token: string): TokenInfo | undefined;
  /**
   * For tokens on an engine: `verify` answers from memory, and where that is not confirmed, or does not know the token, fails with
   * `E_UNAVAILABLE`. To wait for this first makes it answer. Missing where `verify` can always say it at once.
   * @param token the one that will be asked for; without it, for `isLive`
   * @returns undefined where there is nothing to wait for
   * @throws StoreError `E_UNAVAILABLE`, by the promise: no majority answers, so nobody is let in
   */
  prepare?(token?: string): Promise<void> | undefined;
  /** Returns whether the token of this id is still good, for connections that stay open. Throws as `verify` does. */
  isLive(id: string): boolean;
}

import type { Permission } from './permissions.js';

/** What may be known of a token by everybody: never its secret, nor the hash of it. */
export interface TokenInfo {
  /** Public; part of the token itself. */
  readonly id: string;
  readonly name?: string;
  readonly permissions: readonly Permission[];
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** From this moment on it is refused (milliseconds since 1970); null: never. */
  readonly expiresAt: number | null;
}

export interface TokenVerifier {
  /**
   * Whose token this is. Synchronous, and fresh at every call: once a deletion has returned in whichever process, no call
   * that begins later finds the token.
   *
   * Undefined for all that is no token, malformed, unknown, expired or deleted alike: who asks must not learn which.
   * @throws StoreError if the token file can't be read: then nobody is let in
   */
  verify(token: string): TokenInfo | undefined;
  /** For what stays open after it was let in: is the token of this id still good? Throws as `verify` does. */
  isLive(id: string): boolean;
}

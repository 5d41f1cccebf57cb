/**
 * The store of credentials, the agent's `Auth` on it, and the tokens of a server.
 *
 * @module holdfast
 */

export { Auth, type AuthOptions, type AuthRefreshOptions, createAuth } from './credentials/auth.js';
export { authFile, contentOverride } from './credentials/location.js';
export { Api, decode, Info, Oauth, validate, WellKnown } from './credentials/schema.js';
export type { Backend, Engine, StoreEvent } from './store/backend.js';
export type { CallOptions } from './store/call.js';
export { applyChange, type Change, type Edit } from './store/change.js';
export type { Document } from './store/document.js';
export type { Entries } from './store/entries.js';
export { type Holder, StoreError, type StoreErrorCode } from './store/errors.js';
export type { Claim, ClaimState, Claims, SeenClaim, Version } from './store/refresh/claims.js';
export type { DoRefresh, IsFresh } from './store/refresh/refresher.js';
export {
  type Inspection,
  inspectFile,
  openStore,
  type RefreshOptions,
  type Store,
  type StoreOptions,
} from './store/store.js';
export type { Changes, WatchOptions } from './store/watch.js';
export { parseExpiry } from './tokens/expiry.js';
export { tokenPattern } from './tokens/format.js';
export type { LastUse } from './tokens/last-used.js';
export { tokenFile } from './tokens/location.js';
export { type Permission, permissions } from './tokens/permissions.js';
export type { TokenInfo, TokenVerifier } from './tokens/token-info.js';
export {
  type ListedToken,
  type NewToken,
  type NewTokenOptions,
  openTokens,
  type RotatedToken,
  type RotateOptions,
  type Tokens,
  type TokensOptions,
} from './tokens/tokens.js';

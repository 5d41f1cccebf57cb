/**
 * The store of credentials, the agent's `Auth` on it, and the tokens of a server.
 *
 * @module holdfast
 */

export { Auth, type AuthOptions, type AuthRefreshOptions, createAuth } from './credentials/auth.js';
export { authFile, contentOverride } from './credentials/location.js';
export { Api, decode, Info, Oauth, validate, WellKnown } from './credentials/schema.js';
export type { Issue, Schema, Validated } from './credentials/standard-schema.js';
export { type Holder, StoreError, type StoreErrorCode } from './errors/store-error.js';
export type { Backend, Engine, StoreEvent } from './store/backend/backend.js';
export type { CallOptions } from './store/backend/call.js';
export type { Claim, ClaimState, Claims, SeenClaim, Version } from './store/backend/claims.js';
export { applyChange, type Change, type Edit } from './store/document/change.js';
export type { Document } from './store/document/document.js';
export type { Entries } from './store/document/entries.js';
export { inspectFile } from './store/file/doctor/inspect.js';
export type { Inspection } from './store/file/doctor/inspection.js';
export type { DoRefresh, IsFresh } from './store/refresh/refresher.js';
export { openStore, type Store } from './store/store.js';
export type { RefreshOptions, StoreOptions } from './store/store-options.js';
export type { Changes, WatchOptions } from './store/watch.js';
export { parseExpiry } from './tokens/expiry.js';
export { tokenPattern } from './tokens/format.js';
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
export type { LastUse } from './tokens/use-times.js';

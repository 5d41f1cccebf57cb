export type { Backend, Change, StoreEvent } from './store/backend.js';
export { type Holder, StoreError, type StoreErrorCode } from './store/errors.js';
export { openStore, type Store, type StoreOptions } from './store/store.js';

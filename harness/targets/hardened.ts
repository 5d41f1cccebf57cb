import { isOpaque } from '../../src/credentials/schema.js';
import { openStore } from '../../src/store/store.js';
import { openTokens as openServerTokens } from '../../src/tokens/tokens.js';
import type { Store, TargetOptions, TokenStore } from '../core/target.js';
import { asTokenStore } from './token-store.js';

/**
 * The store of this project, opened as `Auth` opens it. Options `leaseMs`, `deadlineMs` and `termMs` are its own. With `leaseMs=0` every process in the way is
 * passed at once, and with `queue=off` no process waits for another: slower, and just as safe. With `refreshLeaseMs` a silent
 * refresher is passed after that time, in so few looks that a search of interleavings sees the end of it.
 */
export function open(file: string, options: TargetOptions = {}): Store {
  const { leaseMs, deadlineMs, termMs, queue, refreshLeaseMs } = options;
  const store = openStore(file, {
    isOpaque,
    ...(leaseMs === undefined ? {} : { leaseMs: Number(leaseMs) }),
    ...(deadlineMs === undefined ? {} : { deadlineMs: Number(deadlineMs) }),
    ...(termMs === undefined ? {} : { termMs: Number(termMs) }),
    ...(queue === 'off' ? { queues: false } : {}),
  });
  if (refreshLeaseMs === undefined) return store;
  return {
    get: (key) => store.get(key),
    all: () => store.all(),
    set: (key, value) => store.set(key, value),
    remove: (key) => store.remove(key),
    refresh: (key, isFresh, doRefresh) =>
      store.refresh(key, isFresh, doRefresh, { leaseMs: Number(refreshLeaseMs) }),
    close: () => store.close(),
  };
}

/** The tokens of this project, on the same store. */
export function openTokens(file: string, options: TargetOptions = {}): TokenStore {
  const { leaseMs, deadlineMs } = options;
  const tokens = openServerTokens({
    file,
    ...(leaseMs === undefined ? {} : { leaseMs: Number(leaseMs) }),
    ...(deadlineMs === undefined ? {} : { deadlineMs: Number(deadlineMs) }),
  });
  return asTokenStore(tokens, (token) => tokens.verify(token)?.name);
}

/** The last-committed copy, the (empty) directories of intents and of claims to a refresh, what was quarantined,
 * and when tokens were used. */
export const artifacts = [/\.last$/, /\.intents$/, /\.refresh$/, /\.corrupt-[0-9a-f]{16}(-\d+)?$/, /\.used$/];

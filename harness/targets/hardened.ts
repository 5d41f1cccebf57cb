import { openStore } from '../../src/store/store.js';
import type { Store, TargetOptions } from '../core/target.js';

/**
 * The store of this project. Options `leaseMs` and `deadlineMs` are its own. With `leaseMs=0` everybody who is in the way
 * is passed at once, and with `queue=off` nobody waits for anybody: slower, and just as safe.
 */
export function open(file: string, options: TargetOptions = {}): Store {
  const { leaseMs, deadlineMs, queue } = options;
  return openStore(file, {
    ...(leaseMs === undefined ? {} : { leaseMs: Number(leaseMs) }),
    ...(deadlineMs === undefined ? {} : { deadlineMs: Number(deadlineMs) }),
    ...(queue === 'off' ? { queues: false } : {}),
  });
}

/** The last-committed copy, the (empty) directories of intents and of claims to a refresh, and what was quarantined. */
export const artifacts = [/\.last$/, /\.intents$/, /\.refresh$/, /\.corrupt-[0-9a-f]{16}$/];

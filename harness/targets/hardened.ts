import { openStore } from '../../src/index.js';
import type { Store, TargetOptions } from '../core/target.js';

/** The store of this project. Options `leaseMs` and `deadlineMs` are its own. */
export function open(file: string, options: TargetOptions = {}): Store {
  const { leaseMs, deadlineMs } = options;
  return openStore(file, {
    ...(leaseMs === undefined ? {} : { leaseMs: Number(leaseMs) }),
    ...(deadlineMs === undefined ? {} : { deadlineMs: Number(deadlineMs) }),
  });
}

/** The last-committed copy, the (empty) directory of intents, and what was quarantined. */
export const artifacts = [/\.last$/, /\.intents$/, /\.corrupt-[0-9a-f]{16}$/];

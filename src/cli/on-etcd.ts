import { optionsFrom, parseEtcdAddress, readKeys } from '../etcd/address.js';
// So that its addresses are known.
import '../etcd/index.js';
import type { EngineFinding } from '../etcd/finding.js';
import { inspectEtcd } from '../etcd/inspect.js';
import { reseal } from '../etcd/reseal.js';

/** All that commands need of etcd: one module, so that a command on a file loads none of it. */

export function inspectAt(address: string): Promise<EngineFinding[]> {
  return inspectEtcd(parseEtcdAddress(address, optionsFrom(process.env)));
}

export function resealAt(address: string): Promise<number> {
  return reseal(parseEtcdAddress(address, optionsFrom(process.env)));
}

/** Refuses a file that others may read. @returns the ids, the one that seals first */
export function keyIdsIn(file: string): string[] {
  return readKeys(file).map(({ id }) => id);
}

import type { EngineFinding } from '../etcd/finding.js';
import { optionsFrom, parsePostgresAddress } from '../postgres/address.js';
// So that its addresses are known.
import '../postgres/index.js';
import { inspectPostgres } from '../postgres/inspect.js';
import { reseal } from '../postgres/reseal.js';

/** All that commands need of PostgreSQL: one module, so that a command on a file loads none of it. */

export function inspectAt(address: string): Promise<EngineFinding[]> {
  return inspectPostgres(parsePostgresAddress(address, optionsFrom(process.env)));
}

export function resealAt(address: string): Promise<number> {
  return reseal(parsePostgresAddress(address, optionsFrom(process.env)));
}

/**
 * A store on PostgreSQL, for several machines: as durable as the user's own failover. Experimental, see docs/postgres.md. It needs
 * the package `postgres`.
 *
 * @module holdfast/postgres
 */

import type { Engine } from '../store/backend/backend.js';
import { addEngine } from '../store/backend/engines.js';
import { type AddressOptions, optionsFrom, parsePostgresAddress } from './address.js';
import { PostgresBackend } from './backend.js';
import { PostgresClaims } from './claims.js';
import { type PostgresOptions, settingsOf, withEvents } from './options.js';
import { openTokensOn } from './tokens.js';

export { readKeys } from '../etcd/address.js';
export type { TlsOptions } from '../etcd/options.js';
export type { SealingKey } from '../etcd/seal.js';
export type { AddressOptions } from './address.js';
export type { PostgresOptions, PostgresUser } from './options.js';
export { reseal } from './reseal.js';

/**
 * A place for `openStore` on PostgreSQL, 12 or newer.
 * @throws StoreError `E_INPUT` for options that can't be, and for what would show credentials to others
 */
export function postgres(options: PostgresOptions): Engine;
/** The same by an address: `postgres('postgres://10.0.0.5:5432/app/team-a', { user, keys })`. No secret can stand in it. */
export function postgres(address: string, options?: AddressOptions): Engine;
export function postgres(where: string | PostgresOptions, more: AddressOptions = {}): Engine {
  const options = typeof where === 'string' ? parsePostgresAddress(where, more) : where;
  const settings = settingsOf(options);
  return {
    place: settings.place,
    open(onEvent) {
      const own = withEvents(settings, onEvent);
      return { backend: new PostgresBackend(own), claims: new PostgresClaims(own) };
    },
    openTokens: (onEvent) => openTokensOn(withEvents(settingsOf(options, 't'), onEvent)),
  };
}

// So that `openStore('postgres://...')` knows it.
for (const scheme of ['postgres', 'postgresql'])
  addEngine(scheme, (address) => postgres(address, optionsFrom(process.env)));

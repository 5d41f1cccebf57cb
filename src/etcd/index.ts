/**
 * A store on etcd, for several machines. Experimental: see docs/etcd.md for what is promised, and what is not there yet.
 *
 * @module holdfast/etcd
 */

import type { Engine } from '../store/backend/backend.js';
import { addEngine } from '../store/backend/engines.js';
import { type AddressOptions, optionsFrom, parseEtcdAddress } from './address.js';
import { EtcdBackend } from './backend.js';
import { EtcdClaims } from './claims.js';
import { Etcd } from './client.js';
import { ConfirmedState } from './confirmed.js';
import { EtcdNote } from './note.js';
import { type EtcdOptions, settingsOf, withEvents } from './options.js';
import { Registrations } from './registrations.js';

export { type AddressOptions, readKeys } from './address.js';
export type { EtcdOptions, EtcdUser, TlsOptions } from './options.js';
export { reseal } from './reseal.js';
export type { SealingKey } from './seal.js';

/**
 * A place for `openStore` on an etcd cluster, 3.4 or newer.
 * @throws StoreError `E_INPUT` for options that can't be, and for what would show credentials to others
 */
export function etcd(options: EtcdOptions): Engine;
/** The same by an address: `etcd('etcd://10.0.0.11:2379,10.0.0.12:2379/team-a', { user, keys })`. No secret can stand in it. */
export function etcd(address: string, options?: AddressOptions): Engine;
export function etcd(where: string | EtcdOptions, more: AddressOptions = {}): Engine {
  const options = typeof where === 'string' ? parseEtcdAddress(where, more) : where;
  const settings = settingsOf(options);
  return {
    place: settings.place,
    open(onEvent) {
      const client = new Etcd(withEvents(settings, onEvent));
      return { backend: new EtcdBackend(client, settings), claims: new EtcdClaims(client, settings) };
    },
    openTokens(onEvent) {
      const apart = settingsOf(options, 't');
      const client = new Etcd(withEvents(apart, onEvent));
      const registrations = new Registrations(client, apart);
      return {
        backend: new EtcdBackend(client, apart),
        claims: new EtcdClaims(client, apart),
        memory: new ConfirmedState(client, apart, registrations),
        settle: (since) => registrations.settle(since),
        notes: new EtcdNote(client, apart, 'u'),
      };
    },
  };
}

// So that `openStore('etcd://...')` knows it.
addEngine('etcd', (address) => etcd(address, optionsFrom(process.env)));

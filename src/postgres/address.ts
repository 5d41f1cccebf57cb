import { type AddressOptions as Known, optionsFrom as knownFrom } from '../etcd/address.js';
import { wrongInput } from '../etcd/failures.js';
import { isLoopback } from '../etcd/options.js';
import type { PostgresOptions } from './options.js';

/** What an address does not say, as it stands in logs. */
export type AddressOptions = Omit<PostgresOptions, 'hosts' | 'database' | 'prefix'>;

/**
 * Reads `postgres://10.0.0.5:5432/app/team-a`: hosts, database and the name of the store. Hosts beyond this machine are asked by TLS.
 * @throws StoreError `E_INPUT` that repeats nothing of the address, in which a password may stand
 */
export function parsePostgresAddress(address: string, options: AddressOptions): PostgresOptions {
  const [, hosts = '', database = '', prefix = ''] =
    /^postgres(?:ql)?:\/\/([^/]*)\/([^/]+)\/(.+)$/i.exec(address) ?? [];
  if (hosts.includes('@') || /[?#]/.test(address))
    throw wrongInput(
      'the address of a store on PostgreSQL names hosts, database and prefix, and nothing more: it stands in logs',
      'Give user, password and keys by options, or by HOLDFAST_STORE_USER, HOLDFAST_STORE_PASSWORD_FILE and HOLDFAST_KEYS_FILE',
    );
  if (hosts === '' || prefix === '')
    throw wrongInput('a store on PostgreSQL has an address such as postgres://10.0.0.5:5432/app/team-a');
  const each = hosts.split(',');
  const isNear = each.every(
    (host) => URL.canParse(`http://${host}`) && isLoopback(new URL(`http://${host}`).hostname),
  );
  const read: PostgresOptions = { ...options, hosts: each, database, prefix };
  return isNear || options.tls !== undefined ? read : { ...read, tls: {} };
}

/** What `openStore('postgres://...')` goes by: names of files, and never a secret itself. */
export function optionsFrom(environment: NodeJS.ProcessEnv): AddressOptions {
  const { HOLDFAST_STORE_USER: name, ...others } = environment;
  // A server may know its users by other means than passwords.
  const isAlone = name !== undefined && environment.HOLDFAST_STORE_PASSWORD_FILE === undefined;
  const { tls, user, keys }: Known = knownFrom(isAlone ? others : environment);
  const options: AddressOptions = {};
  if (tls !== undefined) options.tls = tls;
  if (isAlone) options.user = { name };
  else if (user !== undefined) options.user = user;
  if (keys !== undefined) options.keys = keys;
  return options;
}

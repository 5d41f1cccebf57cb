import { wrongInput } from '../etcd/failures.js';
import { isLoopback, type TlsOptions } from '../etcd/options.js';
import { Seal, type SealingKey } from '../etcd/seal.js';
import { Availability } from '../store/backend/availability.js';
import type { StoreEvent } from '../store/backend/backend.js';

/** A role of PostgreSQL. */
export interface PostgresUser {
  name: string;
  /** A function is called for each connection, so that the password can be replaced while the process runs. */
  password?: string | (() => string | Promise<string>);
}

/** Where a store on PostgreSQL is, and how it is reached. */
export interface PostgresOptions {
  /** `host:5432` of the primary; of a group with failover, of each that may become it. */
  hosts: readonly string[];
  database: string;
  /** The name of the store in the database: letters, digits and `._/-`. */
  prefix: string;
  user?: PostgresUser;
  /** TLS, which hosts beyond loopback must have. */
  tls?: TlsOptions;
  /**
   * Seals each value with AES-256-GCM: the first key seals, and all of them open. Without keys the values are plain for anyone who
   * can read the database, its backups or its log: taken for loopback, and elsewhere only with `unsealed`.
   */
  keys?: readonly SealingKey[];
  /** Allows connections without TLS to hosts that are not on this machine. */
  insecure?: boolean;
  /** Allows plain values on hosts that are not on this machine. */
  unsealed?: boolean;
  /** How long one host may take before the next one is asked, in milliseconds. Default 2000. */
  attemptMs?: number;
}

export interface Host {
  host: string;
  port: number;
}

/** The same, checked, with every default. */
export interface PostgresSettings {
  place: string;
  hosts: readonly Host[];
  database: string;
  prefix: string;
  user: PostgresUser | undefined;
  tls: TlsOptions | undefined;
  seal: Seal | undefined;
  attemptMs: number;
  /** Hears how hosts answer. By default it tells no one. */
  availability: Availability;
}

const prefixForm = /^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/;
const portDefault = 5432;

/**
 * @param part of the store: `t` are the tokens of servers, with a head and a sealing key of their own
 * @throws StoreError `E_INPUT` that repeats no part of an address that may be a secret
 */
export function settingsOf(options: PostgresOptions, part?: 't'): PostgresSettings {
  const {
    database,
    prefix: given,
    user,
    tls,
    keys = [],
    insecure = false,
    unsealed = false,
    attemptMs = 2000,
  } = options;
  if (!Array.isArray(options.hosts) || options.hosts.length === 0)
    throw wrongInput('postgres() needs hosts: the address of the primary, as in 10.0.0.5:5432');
  const hosts = options.hosts.map(hostOf);
  if (typeof database !== 'string' || !/^[\w.-]{1,63}$/.test(database))
    throw wrongInput('the database of a store must be letters, digits, and . _ -');
  if (typeof given !== 'string' || !prefixForm.test(given))
    throw wrongInput('the prefix of a store on PostgreSQL must be letters, digits, and . _ - / between them');
  // The store of that prefix would be the tokens of another one.
  if (given.split('/').slice(1).includes('t'))
    throw wrongInput(
      'the part t of the prefix of a store on PostgreSQL is reserved for the tokens of a store',
    );
  if (!Number.isFinite(attemptMs) || attemptMs <= 0)
    throw wrongInput('the option attemptMs must be a number of milliseconds, more than 0');
  const far = hosts.find(({ host }) => !isLoopback(host));
  if (far && !tls && !insecure)
    throw wrongInput(
      `${far.host} is not on this machine, and without TLS the way would see every credential`,
      'Give the option tls, {} for the certificates that Node trusts, or allow it by the option insecure',
    );
  if (far && keys.length === 0 && !unsealed)
    throw wrongInput(
      `${far.host} is not on this machine, and the values of the store would be plain there`,
      'Give keys to seal them, or allow it by the option unsealed',
    );
  const place = `postgres://${hosts.map(({ host, port }) => `${host}:${port}`).join(',')}/${database}/${given}`;
  const prefix = part === undefined ? given : `${given}/${part}`;
  const seal = keys.length > 0 ? new Seal(keys, prefix, place) : undefined;
  const availability = new Availability(place, hosts.length, attemptMs);
  return { place, hosts, database, prefix, user, tls, seal, attemptMs, availability };
}

/** The same for one store, whose user is told how hosts answer. */
export function withEvents(
  settings: PostgresSettings,
  onEvent?: (event: StoreEvent) => void,
): PostgresSettings {
  const { place, hosts, attemptMs } = settings;
  return { ...settings, availability: new Availability(place, hosts.length, attemptMs, onEvent) };
}

function hostOf(text: string, index: number): Host {
  // An address with a user or a password in it has an @, and more than a host and a port is a path.
  const url =
    /^[^@/?#\s]+$/.test(text) && URL.canParse(`tcp://${text}`) ? new URL(`tcp://${text}`) : undefined;
  if (!url || url.hostname === '')
    throw wrongInput(
      `the host ${index + 1} of postgres() must be an address such as 10.0.0.5:5432`,
      'Give user and password by the option user: addresses stand in logs',
    );
  return { host: url.hostname, port: url.port === '' ? portDefault : Number(url.port) };
}

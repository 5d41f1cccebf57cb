import { Availability } from '../store/backend/availability.js';
import type { StoreEvent } from '../store/backend/backend.js';
import { wrongInput } from './failures.js';
import { Seal, type SealingKey } from './seal.js';

/** How the members are known, and this process to them: texts or bytes in PEM, as `node:tls` takes them. */
export interface TlsOptions {
  ca?: string | Buffer;
  cert?: string | Buffer;
  key?: string | Buffer;
  servername?: string;
}

/** A user of etcd. */
export interface EtcdUser {
  /** As in `etcdctl user add`. */
  name: string;
  /** A function is called for each login, so that the password can be replaced while the process runs. */
  password: string | (() => string | Promise<string>);
}

/** Where a store on etcd is, and how it is reached. */
export interface EtcdOptions {
  /** `https://host:2379` of each member. `http://` is taken for loopback, and elsewhere only with `insecure`. */
  endpoints: readonly string[];
  /** Stands before all keys of the store: letters, digits and `._/-`. A user of etcd may be limited to it. */
  prefix: string;
  tls?: TlsOptions;
  /** Where etcd knows users. */
  user?: EtcdUser;
  /**
   * Seals each value with AES-256-GCM: the first key seals, and all of them open. Without keys the values are plain for
   * anyone who can read from etcd, its disks or its snapshots: taken for loopback, and elsewhere only with `unsealed`.
   */
  keys?: readonly SealingKey[];
  /** Allows plain HTTP to members that are not on this machine. */
  insecure?: boolean;
  /** Allows plain values on members that are not on this machine. */
  unsealed?: boolean;
  /** How long one member may take before the next one is asked, in milliseconds. Default 1000. */
  attemptMs?: number;
}

/** The same, checked, with every default. */
export interface EtcdSettings {
  place: string;
  endpoints: readonly URL[];
  prefix: string;
  tls: TlsOptions;
  user: EtcdUser | undefined;
  seal: Seal | undefined;
  attemptMs: number;
  /** Hears how members answer. By default it tells no one. */
  availability: Availability;
}

const prefixForm = /^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/;

/**
 * @param part of the store: `t` are the tokens of servers, with a head and a sealing key of their own
 * @throws StoreError `E_INPUT` that repeats no part of an address that may be a secret
 */
export function settingsOf(options: EtcdOptions, part?: 't'): EtcdSettings {
  const {
    prefix: given,
    tls = {},
    user,
    keys = [],
    insecure = false,
    unsealed = false,
    attemptMs = 1000,
  } = options;
  if (!Array.isArray(options.endpoints) || options.endpoints.length === 0)
    throw wrongInput('etcd() needs endpoints: the addresses of its members, as in https://10.0.0.11:2379');
  const endpoints = options.endpoints.map(endpointOf);
  if (typeof given !== 'string' || !prefixForm.test(given))
    throw wrongInput('the prefix of an etcd store must be letters, digits, and . _ - / between them');
  // The entries of the store `team` begin with `team/e/`: a store of that prefix would lie among them.
  const own = given
    .split('/')
    .slice(1)
    .find((part) => /^[ehrst]$/.test(part));
  if (own !== undefined)
    throw wrongInput(`the part ${own} of the prefix of an etcd store is reserved for the keys of a store`);
  if (!Number.isFinite(attemptMs) || attemptMs <= 0)
    throw wrongInput('the option attemptMs must be a number of milliseconds, more than 0');
  const far = endpoints.find(({ hostname }) => !isLoopback(hostname));
  const plain = endpoints.find((url) => url.protocol === 'http:' && !isLoopback(url.hostname));
  if (plain && !insecure)
    throw wrongInput(
      `${plain.host} is not on this machine, and http:// would show it every credential on the way`,
      'Use https://, or allow it by the option insecure',
    );
  if (far && keys.length === 0 && !unsealed)
    throw wrongInput(
      `${far.host} is not on this machine, and the values of the store would be plain there`,
      'Give keys to seal them, or allow it by the option unsealed',
    );
  const place = `etcd://${endpoints.map(({ host }) => host).join(',')}/${given}`;
  const prefix = part === undefined ? given : `${given}/${part}`;
  const seal = keys.length > 0 ? new Seal(keys, prefix, place) : undefined;
  const availability = new Availability(place, endpoints.length, attemptMs);
  return { place, endpoints, prefix, tls, user, seal, attemptMs, availability };
}

/** The same for one store, whose user is told how members answer. */
export function withEvents(settings: EtcdSettings, onEvent?: (event: StoreEvent) => void): EtcdSettings {
  const { place, endpoints, attemptMs } = settings;
  return { ...settings, availability: new Availability(place, endpoints.length, attemptMs, onEvent) };
}

function endpointOf(text: string, index: number): URL {
  const which = `the endpoint ${index + 1} of etcd()`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw wrongInput(`${which} must be an address such as https://10.0.0.11:2379`);
  if (url.username !== '' || url.password !== '')
    throw wrongInput(
      `${which} has a user or a password in it, and addresses stand in logs`,
      'Give them by the option user',
    );
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw wrongInput(`${which} must end with its port: the name of the store is the option prefix`);
  return url;
}

export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

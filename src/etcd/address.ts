import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { errnoOf } from '../errors/store-error.js';
import { wrongInput } from './failures.js';
import { type EtcdOptions, isLoopback } from './options.js';
import type { SealingKey } from './seal.js';

/** What an address does not say, as it stands in logs. */
export type AddressOptions = Omit<EtcdOptions, 'endpoints' | 'prefix'>;

/**
 * Reads `etcd://10.0.0.11:2379,10.0.0.12:2379/team-a`. Members on this machine are asked by plain HTTP, unless there are options of
 * TLS; all others by HTTPS.
 * @throws StoreError `E_INPUT` that repeats nothing of the address, in which a password may stand
 */
export function parseEtcdAddress(address: string, options: AddressOptions): EtcdOptions {
  const [, hosts = '', prefix = ''] = /^etcd:\/\/([^/]*)\/(.+)$/i.exec(address) ?? [];
  if (hosts.includes('@') || /[?#]/.test(address))
    throw wrongInput(
      'the address of an etcd store names its members and its prefix, and nothing more: it stands in logs',
      'Give user, password and keys by options, or by HOLDFAST_STORE_USER, HOLDFAST_STORE_PASSWORD_FILE and HOLDFAST_KEYS_FILE',
    );
  if (hosts === '' || prefix === '')
    throw wrongInput('an etcd store has an address such as etcd://10.0.0.11:2379,10.0.0.12:2379/team-a');
  const members = hosts.split(',');
  const hostOf = (host: string) => (URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : '');
  const isNear = members.every((host) => isLoopback(hostOf(host)));
  const scheme = isNear && options.tls === undefined ? 'http' : 'https';
  return { ...options, endpoints: members.map((host) => `${scheme}://${host}`), prefix };
}

/** What `openStore('etcd://...')` goes by: names of files, and never a secret itself. */
export function optionsFrom(environment: NodeJS.ProcessEnv): AddressOptions {
  const {
    HOLDFAST_STORE_USER: name,
    HOLDFAST_STORE_PASSWORD_FILE: passwordFile,
    HOLDFAST_STORE_CA: ca,
    HOLDFAST_STORE_CERT: cert,
    HOLDFAST_STORE_KEY: key,
    HOLDFAST_KEYS_FILE: keysFile,
  } = environment;
  const options: AddressOptions = {};
  if (ca !== undefined || cert !== undefined || key !== undefined) {
    options.tls = {};
    if (ca !== undefined) options.tls.ca = readNamed('HOLDFAST_STORE_CA', ca);
    if (cert !== undefined) options.tls.cert = readNamed('HOLDFAST_STORE_CERT', cert);
    if (key !== undefined) options.tls.key = readNamed('HOLDFAST_STORE_KEY', key);
  }
  if (name !== undefined && passwordFile !== undefined)
    options.user = { name, password: () => readFileSync(passwordFile, 'utf8').replace(/\r?\n$/, '') };
  else if (name !== undefined || passwordFile !== undefined)
    throw wrongInput('HOLDFAST_STORE_USER and HOLDFAST_STORE_PASSWORD_FILE must both be set, or neither');
  if (keysFile !== undefined) options.keys = readKeys(keysFile);
  return options;
}

/** @throws StoreError `E_INPUT` for a file that can't be read */
function readNamed(variable: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw wrongInput(`${variable} names ${file}, which can't be read: ${errnoOf(error)}`);
  }
}

/**
 * Reads sealing keys: one a line, `<id> <32 bytes in base64url>`, the one that seals first.
 * @throws StoreError `E_INPUT` for a file that can't be read, or that others may read, or that has no such lines
 */
export function readKeys(file: string): SealingKey[] {
  const lines = privateTextOf(file).split(/\r?\n/);
  const keys = lines.flatMap((line, index) => {
    if (line.trim() === '' || line.startsWith('#')) return [];
    const [id = '', text = '', ...rest] = line.trim().split(/\s+/);
    const secret = Buffer.from(text, 'base64url');
    if (rest.length > 0 || secret.length !== 32)
      throw wrongInput(`line ${index + 1} of ${file} must be an id and 32 bytes in base64url`);
    return [{ id, secret }];
  });
  // Without keys, values would be stored as plain text on loopback, and a file cut short must not do that.
  if (keys.length === 0)
    throw wrongInput(`${file} holds no key: a line must be an id and 32 bytes in base64url`);
  return keys;
}

function privateTextOf(file: string): string {
  let mode: number;
  let text: string;
  let descriptor: number | undefined;
  try {
    // By one descriptor: a process that may rename here must not have one file judged, and another one read.
    descriptor = openSync(file, 'r');
    ({ mode } = fstatSync(descriptor));
    text = readFileSync(descriptor, 'utf8');
  } catch (error) {
    throw wrongInput(`the file of keys ${file} can't be read: ${errnoOf(error)}`);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
  if ((mode & 0o077) !== 0)
    throw wrongInput(`${file} holds keys, and other users may read it`, `Do: chmod 600 ${file}`);
  return text;
}

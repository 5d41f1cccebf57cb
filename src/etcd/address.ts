import { readFileSync, statSync } from 'node:fs';
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
export function parseAddress(address: string, options: AddressOptions): EtcdOptions {
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
    if (ca !== undefined) options.tls.ca = readFileSync(ca);
    if (cert !== undefined) options.tls.cert = readFileSync(cert);
    if (key !== undefined) options.tls.key = readFileSync(key);
  }
  if (name !== undefined && passwordFile !== undefined)
    options.user = { name, password: () => readFileSync(passwordFile, 'utf8').replace(/\r?\n$/, '') };
  else if (name !== undefined || passwordFile !== undefined)
    throw wrongInput('HOLDFAST_STORE_USER and HOLDFAST_STORE_PASSWORD_FILE must both be set, or neither');
  if (keysFile !== undefined) options.keys = readKeys(keysFile);
  return options;
}

/**
 * Reads sealing keys: one a line, `<id> <32 bytes in base64url>`, the one that seals first.
 * @throws StoreError `E_INPUT` for a file that others may read, or that has no such lines
 */
export function readKeys(file: string): SealingKey[] {
  if ((statSync(file).mode & 0o077) !== 0)
    throw wrongInput(`${file} holds keys, and other users may read it`, `Do: chmod 600 ${file}`);
  const lines = readFileSync(file, 'utf8').split(/\r?\n/);
  return lines.flatMap((line, index) => {
    if (line.trim() === '' || line.startsWith('#')) return [];
    const [id = '', text = '', ...rest] = line.trim().split(/\s+/);
    const secret = Buffer.from(text, 'base64url');
    if (rest.length > 0 || secret.length !== 32)
      throw wrongInput(`line ${index + 1} of ${file} must be an id and 32 bytes in base64url`);
    return [{ id, secret }];
  });
}

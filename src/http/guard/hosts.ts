import { isIPv4, isIPv6 } from 'node:net';
import { type Answer, refuse } from './answers.js';

/** The names of a server. */
export interface HostOptions {
  /** Names and addresses of this server besides the loopback ones, without ports. */
  hosts?: readonly string[] | undefined;
  /** True for a server that listens on all addresses: any IP address is then accepted as its name. DNS can rebind none. */
  anyAddress?: boolean | undefined;
}

/**
 * Returns whether each of these is a name of this server. A page whose own name resolves to this machine would otherwise be of
 * the same origin (CVE-2024-28224). Fails closed: a name that can't be parsed is refused.
 * @param values of the Host header, and of the target's authority where it has one
 */
export function checkHost(values: readonly string[], { hosts = [], anyAddress = false }: HostOptions) {
  const own = new Set(hosts.map(normalizeName));
  return values.every((value) => {
    const name = nameIn(value);
    if (name === undefined) return false;
    return isLoopback(name) || own.has(name) || (anyAddress && isAddress(name));
  });
}

/** Exactly one line may be there: of two, Node and Bun take the first, and a proxy in front may have taken the second. */
export function hostRefusal(
  values: readonly string[],
  authorities: readonly string[],
  options: HostOptions,
): Answer | undefined {
  if (values.length !== 1) return refuse('invalid_request', 'a request must have exactly one Host header');
  if (checkHost([...values, ...authorities], options)) return undefined;
  return refuse('host_not_allowed', 'this server is not known by the name in the Host header');
}

/** True for `localhost` and every address that never leaves the machine. */
export function isLoopback(host: string): boolean {
  const name = normalizeName(host);
  if (isIPv4(name)) return name.startsWith('127.');
  return name === 'localhost' || name === '[::1]' || /^\[::ffff:7f[\da-f]{2}:[\da-f]{1,4}\]$/.test(name);
}

/** True for 0.0.0.0 and ::, however they are spelled. */
export function isUnspecified(host: string): boolean {
  return ['0.0.0.0', '[::]', '[::ffff:0:0]'].includes(normalizeName(host));
}

function isAddress(name: string): boolean {
  return isIPv4(name) || name.startsWith('[');
}

/** The name or address of `name:port`; undefined for anything else. */
function nameIn(value: string): string | undefined {
  const [, name, port = '0'] = /^(\[[\da-fA-F:.]+\]|[\w.-]+)(?::(\d{1,5}))?$/.exec(value) ?? [];
  if (name === undefined || Number(port) > 65535) return undefined;
  if (name.startsWith('[') && !isIPv6(name.slice(1, -1))) return undefined;
  return normalizeName(name);
}

/** In lower case; an IPv6 address in its shortest form and in brackets. */
function normalizeName(host: string): string {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  return isIPv6(bare) ? new URL(`http://[${bare.replace(/%.*/, '')}]`).hostname : host.toLowerCase();
}

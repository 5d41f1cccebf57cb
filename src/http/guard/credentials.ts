import { tokenPattern } from '../../tokens/format.js';
import type { Path } from '../permissions/path.js';
import { type IncomingRequest, targetsOf } from './request.js';

/** What a client shows to prove who it is. */
export type PresentedCredentials =
  | { kind: 'none' }
  | { kind: 'bearer'; token: string }
  | { kind: 'ticket'; ticket: string }
  /** Why it is malformed, for people. */
  | { kind: 'malformed'; why: string };

/** In front of a token in `Sec-WebSocket-Protocol`, the one header that a page can set for a WebSocket. */
export const protocolPrefix = 'holdfast.bearer.';

const lengthMax = 1024;

/** RFC 6750, section 2.1. */
const b64token = /^[\w.~+/-]+=*$/;

/** Names under which tokens are sent in URLs: by RFC 6750, section 2.3, and by the agent. */
const inUrl = ['access_token', 'auth_token'];

/**
 * Returns the one credential of a request. Two of them are refused, even where one would do: two readers could disagree
 * about which one counts.
 */
export function credentialsIn(request: IncomingRequest, paths: readonly Path[]): PresentedCredentials {
  const readings = paths.flatMap(({ query }) => (query === '' ? [] : [[...new URLSearchParams(query)]]));
  if (
    targetsOf(request).some((target) => tokenPattern.test(target)) ||
    readings.some((parameters) => parameters.some(isTokenParameter))
  ) {
    return malformed(
      'a token must not be sent in a URL, which ends up in logs: use the Authorization header',
    );
  }
  const found = [...bearers(request), ...protocols(request), ...tickets(readings)];
  if (found.length > 1) return malformed('more than one credential: send one only');
  return found[0] ?? { kind: 'none' };
}

type Parameters = readonly [name: string, value: string][];

/** A target that was rewritten has the ticket of the one before, or none: the same one counts once. */
function tickets(readings: readonly Parameters[]): PresentedCredentials[] {
  if (readings.length === 0) return [];
  const each = readings.map((parameters) => parameters.filter(([name]) => name === 'ticket'));
  const values = each.some(({ length }) => length > 1)
    ? each.flat().map(([, ticket]) => ticket)
    : new Set(each.flat().map(([, ticket]) => ticket));
  return [...values].map((ticket) => ({ kind: 'ticket', ticket }));
}

function isTokenParameter([name, value]: [string, string]): boolean {
  return inUrl.includes(name) || tokenPattern.test(value);
}

function bearers({ headers }: IncomingRequest): PresentedCredentials[] {
  return headers('authorization').map((value) => {
    if (value.length > lengthMax) return malformed('the Authorization header is too long');
    const [, scheme = '', rest = ''] = /^([^\s,]*)(.*)$/s.exec(value) ?? [];
    if (scheme.toLowerCase() !== 'bearer') return { kind: 'none' };
    // Spaces only: a tab, or a comma between two values that were joined, is not the grammar of RFC 6750.
    const [, token] = /^ +(\S+) *$/.exec(rest) ?? [];
    return asBearer(token);
  });
}

function protocols({ headers, upgrade }: IncomingRequest): PresentedCredentials[] {
  if (!upgrade) return [];
  return headers('sec-websocket-protocol')
    .flatMap((value) => value.split(','))
    .map((protocol) => protocol.trim())
    .filter((protocol) => protocol.startsWith(protocolPrefix))
    .map((protocol) => asBearer(protocol.slice(protocolPrefix.length)));
}

function asBearer(token: string | undefined): PresentedCredentials {
  if (token === undefined || token.length > lengthMax || !b64token.test(token))
    return malformed('expected "Authorization: Bearer", one space, and the token');
  return { kind: 'bearer', token };
}

function malformed(why: string): PresentedCredentials {
  return { kind: 'malformed', why };
}

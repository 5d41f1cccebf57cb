import type { TokenInfo, TokenVerifier } from '../../tokens/token-info.js';
import type { Path } from '../permissions/path.js';
import { type Admission, type Answer, challenge, refuse } from './answers.js';
import { credentialsIn } from './credentials.js';
import type { GuardContext } from './options.js';
import { type IncomingRequest, methodsOf } from './request.js';
import type { Errand } from './tickets.js';

/** The identity of every request where authentication is disabled. */
export const anonymous: TokenInfo = {
  id: '',
  name: 'anonymous',
  permissions: ['read', 'write', 'execute'],
  createdAt: 0,
  expiresAt: null,
};

export type Identified = Admission & { token: TokenInfo };

/** Returns the token of the request, by the one credential in it; otherwise the challenge of RFC 6750. */
export function authenticate(
  context: GuardContext,
  verifier: TokenVerifier,
  request: IncomingRequest,
  paths: readonly Path[],
): Identified | Answer {
  const { realm, advice } = context;
  const credentials = credentialsIn(request, paths);
  if (credentials.kind === 'malformed') return challenge(realm, 'invalid_request', credentials.why);
  if (credentials.kind === 'none') {
    const description = ['a token is needed here', ...(advice ? [advice] : [])].join(': ');
    return challenge(realm, 'unauthorized', description);
  }
  let token: TokenInfo | undefined;
  try {
    token =
      credentials.kind === 'bearer'
        ? verifier.verify(credentials.token)
        : redeem(context, verifier, credentials.ticket, request, paths);
  } catch (error) {
    // Neither yes nor no. To call the token invalid would make clients throw it away.
    context.onFailure(error);
    return unavailable();
  }
  if (token) return { ok: true, token, headers: {} };
  return challenge(realm, 'invalid_token', 'the token is unknown, expired or revoked');
}

/** Never 401: a client that is told so throws its token away. */
function unavailable(): Answer {
  const headers = { 'Retry-After': '1' };
  return refuse(
    'temporarily_unavailable',
    'the tokens can not be read, so every request is refused',
    headers,
  );
}

/** A ticket is spent by being shown, also where it is not good for this request. */
function redeem(
  { tickets }: GuardContext,
  verifier: TokenVerifier,
  ticket: string,
  request: IncomingRequest,
  paths: readonly Path[],
): TokenInfo | undefined {
  // An engine that must be asked first: the ticket is not spent yet.
  if (verifier.prepare) verifier.isLive('');
  const owner = tickets.redeem(ticket, errandOf(paths, request.upgrade));
  const isGet = methodsOf(request).every((method) => method === 'GET');
  return owner && isGet && verifier.isLive(owner.id) ? owner : undefined;
}

/** What a ticket must be for; undefined, which no ticket is good for, where a router may take the path for another. */
function errandOf(paths: readonly Path[], upgrade: boolean): Errand | undefined {
  const [path = '', ...others] = new Set(paths.map(({ raw }) => raw));
  return others.length === 0 && paths.every(({ isCanonical }) => isCanonical) ? { path, upgrade } : undefined;
}

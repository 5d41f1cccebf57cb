import type { Permission } from '../../tokens/permissions.js';
import type { TokenInfo, TokenVerifier } from '../../tokens/token-info.js';
import { type Path, readPath } from '../permissions/path.js';
import { isMethod, isSafe, type Method, methods, type Policy } from '../permissions/policy.js';
import { requiredByAll, requiredPermissions } from '../permissions/required.js';
import { specified } from '../permissions/specified.js';
import { type Admission, type Answer, challenge, type Decision, refuse, withHeaders } from './answers.js';
import { type Credentials, credentialsIn } from './credentials.js';
import { type HostOptions, hostRefusal } from './hosts.js';
import { OpenStreams } from './open-streams.js';
import { isPreflight, judgeOrigin, preflightAnswer } from './origins.js';
import { type IncomingRequest, methodsOf, targetsOf } from './request.js';
import { type Errand, Tickets, ticketLifeSeconds } from './tickets.js';

export interface GuardOptions extends HostOptions {
  /** Who knows which tokens are good; `nobody` lets everybody in who passes the other checks, with all permissions. */
  tokens: TokenVerifier | 'nobody';
  /** Default: the specified one. */
  policy?: Policy | undefined;
  /**
   * What becomes of a path that is not in normal form. `strict`, the default, answers 400; `compat` judges it by every reading
   * of it together, for servers whose clients send such paths.
   */
  paths?: 'strict' | 'compat' | undefined;
  /** Pages that may send requests, as `https://app.example`, beside the server's own. Default none. */
  origins?: readonly string[] | undefined;
  /** Exact paths that need no token, by GET and HEAD. Default none. */
  publicPaths?: readonly string[] | undefined;
  /** POST here asks for a ticket and needs a token, whatever its permissions. Default `/ticket`. */
  ticketPath?: string | undefined;
  /** The name of what is protected, in challenges. Default `holdfast`. */
  realm?: string | undefined;
  /** Told to whoever comes without a token: where one gets it. */
  advice?: string | undefined;
  /** Told why the tokens can't be read, each time that it keeps somebody out: for the log. */
  onFailure?: ((error: unknown) => void) | undefined;
  /** Milliseconds of a clock that never goes back. Default: the process's own. */
  now?: (() => number) | undefined;
}

/** Decides about requests before any handler sees them. Synchronous, so nothing happens between the decision and its use. */
export interface Guard {
  authorize(request: IncomingRequest): Decision;
  /** For handlers that give more than their route promises: what to answer if these permissions are not all there. */
  demand(token: TokenInfo | undefined, needed: readonly Permission[]): Answer | undefined;
  /**
   * A ticket for somebody who has been let in. It gives nothing that the token does not: without the permissions, 403. A token has
   * 100 tickets at most, and loses its oldest by the next; where 10,000 are open in all, one that has none gets 429.
   */
  issueTicket(token: TokenInfo, errand: Errand): { ticket: string; expiresInSeconds: number } | Answer;
  /**
   * Ends a response or a connection once its token is good no more.
   * @returns to be called when it has ended by itself
   */
  hold(token: TokenInfo, end: () => void): () => void;
}

/** Who comes in where nobody asks for tokens. */
const anybody: TokenInfo = {
  id: '',
  name: 'anybody',
  permissions: ['read', 'write', 'execute'],
  createdAt: 0,
  expiresAt: null,
};

/**
 * The guard of a server on this machine. In this order it looks at the host, the page that asks, the method, the path, the
 * token, and its permissions; each failure is answered as RFC 6750 and RFC 9110 have it.
 *
 * @example
 * const guard = createGuard({ tokens: openTokens() });
 * const app = new Hono().use(honoGuard(guard));
 */
export function createGuard(options: GuardOptions): Guard {
  const {
    policy = specified,
    paths: mode = 'strict',
    origins = [],
    publicPaths = [],
    realm = 'holdfast',
  } = options;
  const { ticketPath = '/ticket', now = () => performance.now(), advice, onFailure } = options;
  const tokens = options.tokens === 'nobody' ? undefined : options.tokens;
  const tickets = new Tickets(now);
  const streams = tokens && new OpenStreams(tokens);

  function authorize(request: IncomingRequest): Decision {
    const paths = targetsOf(request).map(readPath);
    const authorities = paths.flatMap((path) => path?.authority ?? []);
    const strange = hostRefusal(request.headers('host'), authorities, options);
    if (strange) return strange;
    const origin = judgeOrigin(request, origins);
    if (!origin.ok) return origin;
    const { cors } = origin;
    if (isPreflight(request)) return preflightAnswer(cors ?? {});
    const decision = judge(request, paths);
    return cors ? withHeaders(decision, cors) : decision;
  }

  /** By every method and every path that a router may find in the request: what is granted must be so by all of them. */
  function judge(request: IncomingRequest, paths: readonly (Path | undefined)[]): Decision {
    const { upgrade } = request;
    const used = methodsOf(request);
    if (!used.every(isMethod)) {
      return refuse('method_not_allowed', 'this method is not allowed', { Allow: methods.join(', ') });
    }
    if (!paths.every(isReadable)) {
      return refuse('invalid_request', 'the path is not in its normal form, so it could be misread');
    }
    // Only in normal form: of another one, `/health#/../pty`, a router may make anything.
    const isAt = (places: readonly string[]) =>
      !upgrade && paths.every(({ isCanonical, raw }) => isCanonical && places.includes(raw));
    if (used.every(isSafe) && isAt(publicPaths)) return admit(undefined);
    if (!tokens) return admit(anybody);

    const found = identify(tokens, credentialsIn(request, paths), used, () => errandOf(paths, upgrade));
    if (!found.ok) return found;
    // A ticket gives nothing that its token does not, so to ask for one needs none of the permissions.
    if (used.every((method) => method === 'POST') && isAt([ticketPath])) return found;
    return demand(found.token, requiredByAll(policy, used, paths, upgrade)) ?? found;
  }

  function isReadable(path: Path | undefined): path is Path {
    return path !== undefined && (mode === 'compat' || path.isCanonical);
  }

  function identify(
    tokens: TokenVerifier,
    credentials: Credentials,
    used: readonly Method[],
    errand: () => Errand | undefined,
  ): (Admission & { token: TokenInfo }) | Answer {
    if (credentials.kind === 'malformed') return challenge(realm, 'invalid_request', credentials.why);
    if (credentials.kind === 'none') {
      return challenge(
        realm,
        'unauthorized',
        ['a token is needed here', ...(advice ? [advice] : [])].join(': '),
      );
    }
    let token: TokenInfo | undefined;
    try {
      token = credentials.kind === 'bearer' ? tokens.verify(credentials.token) : redeem(credentials.ticket);
    } catch (error) {
      // Neither yes nor no. To call the token invalid would make clients throw it away.
      onFailure?.(error);
      return refuse('temporarily_unavailable', 'the token file can not be read, so nobody is let in', {
        'Retry-After': '1',
      });
    }
    if (token) return { ok: true, token, headers: {} };
    return challenge(realm, 'invalid_token', 'the token is unknown, expired or revoked');

    function redeem(ticket: string): TokenInfo | undefined {
      const owner = tickets.redeem(ticket, errand());
      return owner && used.every((method) => method === 'GET') && tokens.isLive(owner.id) ? owner : undefined;
    }
  }

  function demand(token: TokenInfo | undefined, needed: readonly Permission[]): Answer | undefined {
    if (needed.every((permission) => token?.permissions.includes(permission))) return undefined;
    return challenge(
      realm,
      'insufficient_scope',
      `the token lacks a permission of: ${needed.join(', ')}`,
      needed,
    );
  }

  function issueTicket(token: TokenInfo, errand: Errand) {
    const path = readPath(errand.path);
    if (!path?.isCanonical || path.raw !== errand.path) {
      return refuse('invalid_request', 'a ticket needs a path in its normal form, without a query');
    }
    const needed = requiredPermissions(policy, 'GET', path, errand.upgrade);
    return demand(token, needed) ?? tickets.issue(token, errand) ?? tooManyTickets();
  }

  function hold(token: TokenInfo, end: () => void): () => void {
    return token === anybody || !streams ? () => {} : streams.hold(token.id, end);
  }

  return { authorize, demand, issueTicket, hold };
}

function tooManyTickets(): Answer {
  const headers = { 'Retry-After': String(ticketLifeSeconds) };
  return refuse('too_many_requests', 'too many tickets are open; each is good for 30 seconds', headers);
}

/** What a ticket must be for; undefined, which no ticket is good for, where a router may take the path for another. */
function errandOf(paths: readonly Path[], upgrade: boolean): Errand | undefined {
  const [path = '', ...others] = new Set(paths.map(({ raw }) => raw));
  return others.length === 0 && paths.every(({ isCanonical }) => isCanonical) ? { path, upgrade } : undefined;
}

function admit(token: TokenInfo | undefined): Admission {
  return { ok: true, token, headers: {} };
}

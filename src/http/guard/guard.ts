import type { Permission } from '../../tokens/permissions.js';
import type { TokenInfo } from '../../tokens/token-info.js';
import { readPath } from '../permissions/path.js';
import { requiredPermissions } from '../permissions/required.js';
import { type Answer, type Decision, refuse } from './answers.js';
import { authorize, decideLater, demand } from './authorize.js';
import { contextOf, type GuardContext, type GuardOptions } from './options.js';
import type { IncomingRequest } from './request.js';
import { type Errand, ticketLifeSeconds } from './tickets.js';

/** Decides about requests before any handler sees them. */
export interface Guard {
  /**
   * Judges a request. The adapters `admit` and `verify` call this. Synchronous, so nothing happens between the decision and its use. A
   * token on an engine that this process does not know yet gets 503 the first time, while the engine is asked.
   */
  authorize(request: IncomingRequest): Decision;
  /** The same, which waits for an engine where it must be asked. The adapters `honoGuard` and `guardUpgrades` call this. */
  decide(request: IncomingRequest): Decision | Promise<Decision>;
  /**
   * For handlers that return more than their route promises.
   * @returns the 403 to answer with where the token lacks one of these permissions; undefined where it has them all
   */
  demand(token: TokenInfo | undefined, needed: readonly Permission[]): Answer | undefined;
  /**
   * Makes a ticket for an admitted client: good once, for one path, for 30 seconds. A token that lacks the permissions of the
   * path gets 403. A token has at most 100 open tickets, and the next one replaces its oldest. Where 10,000 are open in all, a
   * token without one gets 429.
   */
  issueTicket(token: TokenInfo, errand: Errand): { ticket: string; expiresInSeconds: number } | Answer;
  /**
   * Calls `end` once the token is no longer good, within a second.
   * @returns a function to call when the response or connection has ended by itself
   */
  hold(token: TokenInfo, end: () => void): () => void;
}

/**
 * Makes the guard of a server on this machine. It looks at the host, the origin, the method, the path, the token, and the token's
 * permissions, in this order; each refusal is answered as RFC 6750 and RFC 9110 have it.
 *
 * @throws TypeError where the options name neither tokens nor `authentication: 'disabled'`, or both
 * @example
 * const guard = createGuard({ tokens: openTokens() });
 * const app = new Hono().use(honoGuard(guard));
 */
export function createGuard(options: GuardOptions): Guard {
  const context = contextOf(options);
  return {
    authorize: (request) => authorize(context, request),
    decide: (request) => decideLater(context, request),
    demand: (token, needed) => demand(context, token, needed),
    issueTicket: (token, errand) => issueTicket(context, token, errand),
    hold: (token, end) => hold(context, token, end),
  };
}

function issueTicket(context: GuardContext, token: TokenInfo, errand: Errand) {
  const path = readPath(errand.path);
  if (!path?.isCanonical || path.raw !== errand.path) {
    return refuse('invalid_request', 'a ticket needs a path in its normal form, without a query');
  }
  const needed = requiredPermissions(context.policy, 'GET', path, errand.upgrade);
  return demand(context, token, needed) ?? context.tickets.issue(token, errand) ?? tooManyTickets();
}

function tooManyTickets(): Answer {
  const headers = { 'Retry-After': String(ticketLifeSeconds) };
  return refuse('too_many_requests', 'too many tickets are open; each is good for 30 seconds', headers);
}

function hold({ authenticator }: GuardContext, { id }: TokenInfo, end: () => void): () => void {
  return authenticator.kind === 'disabled' ? () => {} : authenticator.streams.hold(id, end);
}

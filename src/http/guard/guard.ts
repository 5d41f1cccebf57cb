import type { Permission } from '../../tokens/permissions.js';
import type { TokenInfo } from '../../tokens/token-info.js';
import { readPath } from '../permissions/path.js';
import { requiredPermissions } from '../permissions/required.js';
import { type Answer, type Decision, refuse } from './answers.js';
import { authorize, demand } from './authorize.js';
import { contextOf, type GuardContext, type GuardOptions } from './options.js';
import type { IncomingRequest } from './request.js';
import { type Errand, ticketLifeSeconds } from './tickets.js';

/** Decides about requests before any handler sees them. Synchronous, so nothing happens between the decision and its use. */
export interface Guard {
  authorize(request: IncomingRequest): Decision;
  /** For handlers that give more than their route promises: what to answer if these permissions are not all there. */
  demand(token: TokenInfo | undefined, needed: readonly Permission[]): Answer | undefined;
  /**
   * A ticket for a client that has been let in. It gives nothing that the token does not: without the permissions, 403. A token
   * has 100 tickets at most, and loses its oldest by the next; where 10,000 are open in all, one that has none gets 429.
   */
  issueTicket(token: TokenInfo, errand: Errand): { ticket: string; expiresInSeconds: number } | Answer;
  /**
   * Ends a response or a connection once its token is good no more.
   * @returns to be called when it has ended by itself
   */
  hold(token: TokenInfo, end: () => void): () => void;
}

/**
 * The guard of a server on this machine. In this order it looks at the host, the page that asks, the method, the path, the
 * token, and its permissions; each failure is answered as RFC 6750 and RFC 9110 have it.
 *
 * @throws TypeError where the options don't say who is let in
 * @example
 * const guard = createGuard({ tokens: openTokens() });
 * const app = new Hono().use(honoGuard(guard));
 */
export function createGuard(options: GuardOptions): Guard {
  const context = contextOf(options);
  return {
    authorize: (request) => authorize(context, request),
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

function hold({ access }: GuardContext, { id }: TokenInfo, end: () => void): () => void {
  return access.kind === 'disabled' ? () => {} : access.streams.hold(id, end);
}

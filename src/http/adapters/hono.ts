import type { IncomingMessage } from 'node:http';
import type { Context, MiddlewareHandler } from 'hono';
import type { TokenInfo } from '../../tokens/token-info.js';
import type { Guard } from '../guard/guard.js';
import { incomingFetch, partsOf, toResponse } from './fetch.js';
import { holdResponse, incomingNode, type NodeRequest, type NodeResponse } from './node-http.js';
import { admitUpgrade } from './upgrade.js';

/** What handlers behind the guard find in Hono's context. */
export interface GuardedEnv {
  /** Set by the guard for each request. */
  Variables: {
    /** The token of the request; undefined on a public path. */
    token: TokenInfo | undefined;
  };
}

/**
 * Makes Hono middleware of a guard, for every runtime. It judges the address and the method that Hono itself routes by, and on
 * Node those that node:http has read, too: an application behind method-override, say, has both. Use it for all paths, before any
 * route: a pattern here would be a second reading of the path.
 *
 * Responses end with their token, and on Node WebSockets, too. On Bun and Deno a WebSocket's `onOpen` must ask for that:
 * `guard.hold(token, () => ws.close())`.
 */
export function honoGuard(guard: Guard): MiddlewareHandler<GuardedEnv> {
  return async function guarded(context, next) {
    const { incoming, outgoing } = nodeOf(context.env);
    const request = incoming ? asNode(incoming, outgoing, context) : incomingFetch(context.req.raw);
    const decided = guard.decide(request);
    const decision = decided instanceof Promise ? await decided : decided;
    if (!decision.ok) return toResponse(decision);
    const { token, headers } = decision;
    context.set('token', token);
    if (token && outgoing) holdResponse(guard, token, outgoing);
    else if (token && incoming) admitUpgrade(guard, incoming as IncomingMessage, token);
    await next();
    for (const [name, value] of Object.entries(headers)) context.header(name, value);
    if (token && !incoming && context.res.body) context.res = held(guard, token, context.res);
    return undefined;
  };
}

/** Returns the same response, with a body that fails once the token is no longer good. */
function held(guard: Guard, token: TokenInfo, response: Response): Response {
  const cut = new AbortController();
  const release = guard.hold(token, () => cut.abort());
  const { readable, writable } = new TransformStream();
  response.body
    ?.pipeTo(writable, { signal: cut.signal })
    // Ended by us, or by a client that has gone: in both cases there is no reader left.
    .catch(() => {})
    .finally(release);
  return new Response(readable, response);
}

function asNode(incoming: NodeRequest, outgoing: NodeResponse | undefined, { req }: Context) {
  const fetched = { methods: [req.raw.method], targets: [partsOf(req.raw.url).target] };
  // Without a response node:http has handed the connection over.
  return incomingNode(incoming, outgoing ? { fetched } : { fetched, upgrade: true });
}

interface NodeBindings {
  incoming?: NodeRequest;
  outgoing?: NodeResponse;
}

function nodeOf(env: unknown): NodeBindings {
  const { incoming, outgoing } = (env ?? {}) as NodeBindings;
  if (!incoming?.rawHeaders) return {};
  return outgoing ? { incoming, outgoing } : { incoming };
}

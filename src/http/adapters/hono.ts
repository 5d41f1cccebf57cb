import type { IncomingMessage } from 'node:http';
import type { Context, MiddlewareHandler } from 'hono';
import type { TokenInfo } from '../../tokens/token-info.js';
import type { Guard } from '../guard/guard.js';
import { partsOf, toResponse, verify } from './fetch.js';
import { holdResponse, incomingNode, type NodeRequest, type NodeResponse } from './node-http.js';
import { admitUpgrade } from './upgrade.js';

/** What handlers behind the guard find in the context. */
export interface GuardedEnv {
  Variables: {
    /** Whose request it is; undefined on a public path. */
    token: TokenInfo | undefined;
  };
}

/**
 * The guard as Hono's middleware, on every runtime. It judges the address and the method that Hono itself routes by, and on Node
 * what node:http has read, too: an application that is called with a rewritten request, as method-override does, has both. To
 * be used for all paths, before any route: a pattern here would be a second reading of the path.
 *
 * Responses end with their token, and on Node WebSockets, too. On Bun and Deno a WebSocket's `onOpen` must ask for that:
 * `guard.hold(token, () => ws.close())`.
 */
export function honoGuard(guard: Guard): MiddlewareHandler<GuardedEnv> {
  return async function guarded(context, next) {
    const { incoming, outgoing } = nodeOf(context.env);
    const decision = incoming
      ? guard.authorize(asNode(incoming, outgoing, context))
      : verify(guard, context.req.raw);
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

/** The same response, whose body fails once the token is good no more. */
function held(guard: Guard, token: TokenInfo, response: Response): Response {
  const cut = new AbortController();
  const release = guard.hold(token, () => cut.abort());
  const { readable, writable } = new TransformStream();
  response.body
    ?.pipeTo(writable, { signal: cut.signal })
    // Ended by us, or by a client that has gone: in both cases nobody is left to be told.
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

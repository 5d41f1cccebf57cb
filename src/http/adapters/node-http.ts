import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TokenInfo } from '../../tokens/token-info.js';
import type { Guard } from '../guard/guard.js';
import { type IncomingRequest, isUpgrade } from '../guard/request.js';

/** A request of node:http as it came. A router that is mounted somewhere, as Express has it, cuts `url`, and keeps the whole. */
export function incomingNode(request: IncomingMessage, upgrade?: boolean): IncomingRequest {
  const { originalUrl } = request as { originalUrl?: string };
  // Of two lines of one name `headers` keeps the first, and a proxy in front may have judged the second.
  const headers = (name: string) => linesOf(request.rawHeaders, name);
  return {
    method: request.method ?? '',
    target: originalUrl ?? request.url ?? '',
    headers,
    upgrade: upgrade ?? isUpgrade(headers('upgrade')),
  };
}

function linesOf(raw: readonly string[], name: string): string[] {
  const values: string[] = [];
  for (let n = 0; n < raw.length; n += 2) {
    // The length first: this is asked many times for each request.
    if (raw[n]?.length === name.length && raw[n]?.toLowerCase() === name) values.push(raw[n + 1] ?? '');
  }
  return values;
}

/**
 * For node:http and everything on it: answers a request that is refused. One that is let in may not outlast its token.
 *
 * @returns whose request it is, or `null` on a public path; undefined if it has been answered, and nothing else must be done
 * @example
 * createServer((request, response) => {
 *   const token = admit(guard, request, response);
 *   if (token !== undefined) response.end('hello');
 * });
 */
export function admit(
  guard: Guard,
  request: IncomingMessage,
  response: ServerResponse,
): TokenInfo | null | undefined {
  const decision = guard.authorize(incomingNode(request));
  for (const [name, value] of Object.entries(decision.headers)) response.setHeader(name, value);
  if (!decision.ok) {
    response.statusCode = decision.status;
    response.end(decision.body);
    return undefined;
  }
  if (decision.token) holdResponse(guard, decision.token, response);
  return decision.token ?? null;
}

/** Cuts a response off when its token is good no more: that it is not complete must be seen. */
export function holdResponse(guard: Guard, token: TokenInfo, response: ServerResponse): void {
  const release = guard.hold(token, () => response.destroy());
  response.once('close', release);
}

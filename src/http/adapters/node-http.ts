import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { TokenInfo } from '../../tokens/token-info.js';
import type { Guard } from '../guard/guard.js';
import { type IncomingRequest, isUpgrade, type Rewritten } from '../guard/request.js';

/** A request of HTTP/1, or of HTTP/2 in node:http2's compatibility API. */
export type NodeRequest = IncomingMessage | Http2ServerRequest;
/** A response of HTTP/1, or of HTTP/2 in node:http2's compatibility API. */
export type NodeResponse = ServerResponse | Http2ServerResponse;

/**
 * A request of node:http as it came, and what was made of it since.
 * @param fetched the same request as Fetch has it, where a router goes by that
 */
export function incomingNode(
  request: NodeRequest,
  { upgrade, fetched }: { upgrade?: boolean; fetched?: Rewritten } = {},
): IncomingRequest {
  // `headers` keeps the first of two lines of one name, and a proxy in front may have judged the second.
  const lines = (name: string) => linesOf(request.rawHeaders, name);
  const headers = (name: string) => (name === 'host' ? hostsOf(lines) : lines(name));
  const { originalUrl, originalMethod, baseUrl } = request as Changed;
  const { method: lastMethod = '', url = '' } = request;
  const method = originalMethod ?? lastMethod;
  const target = originalUrl ?? url;
  const rest = baseUrl !== undefined && isRestOf(target, baseUrl, url) ? target : url;
  const methods = [lastMethod, ...(fetched?.methods ?? [])].filter((other) => other !== method);
  const targets = [rest, ...(fetched?.targets ?? [])].filter((other) => other !== target);
  return {
    method,
    target,
    // Rarely: a guard that has one reading to judge is quicker.
    rewritten: methods.length + targets.length > 0 ? { methods, targets } : undefined,
    headers,
    upgrade: upgrade ?? isUpgrade(headers('upgrade')),
  };
}

/** What middleware leaves behind: Express, Connect, Polka and Fastify's `rewriteUrl`; and method-override. */
interface Changed {
  originalUrl?: string;
  originalMethod?: string;
  baseUrl?: string;
}

/**
 * True where `url` is but the rest of the whole address: Express cuts off the place at which a router is mounted, and says
 * what that was. Others cut and say nothing, so with them the rest counts as an address of its own.
 */
function isRestOf(whole: string, base: string, url: string): boolean {
  // The rest of `/base?a` is `/?a`.
  return base + url === whole || (/^\/(\?|$)/.test(url) && base + url.slice(1) === whole);
}

/** HTTP/2 has the host in a field of its own. With a Host beside it there are two, unless both say the same. */
function hostsOf(lines: (name: string) => string[]): string[] {
  const authorities = lines(':authority');
  return authorities.length === 0 ? lines('host') : [...new Set([...authorities, ...lines('host')])];
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
 * Judges a request of node:http and everything on it, and answers it where it is refused. The response to an admitted request
 * is cut off when its token ends.
 *
 * @returns the token of the request, or `null` on a public path; undefined if the request has been answered
 * @example
 * createServer((request, response) => {
 *   const token = admit(guard, request, response);
 *   if (token !== undefined) response.end('hello');
 * });
 */
export function admit(
  guard: Guard,
  request: NodeRequest,
  response: NodeResponse,
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

/** RFC 9113, section 7; not by way of `node:http2`, which not every runtime has. */
const internalError = 2;

/** Cuts a response off when its token is no longer good: the client must see that it is incomplete. */
export function holdResponse(guard: Guard, token: TokenInfo, response: NodeResponse): void {
  // What ends a response of HTTP/1 early would end one of HTTP/2 as if it were complete.
  const end = () => ('stream' in response ? response.stream.close(internalError) : response.destroy());
  const release = guard.hold(token, end);
  response.once('close', release);
}

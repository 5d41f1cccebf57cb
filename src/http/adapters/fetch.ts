import type { Decision } from '../guard/answers.js';
import type { Guard } from '../guard/guard.js';
import { type IncomingRequest, isUpgrade } from '../guard/request.js';

/**
 * Judges a Fetch `Request` by the same address that a router on it sees. Where the runtime has normalised the address, as
 * `new Request()` does, what was sent is unknown; under node:http use `admit` or `honoGuard`.
 *
 * @example
 * const decision = verify(guard, request);
 * if (!decision.ok) return toResponse(decision);
 */
export function verify(guard: Guard, request: Request): Decision {
  return guard.authorize(incomingFetch(request));
}

export function incomingFetch({ method, url, headers }: Request): IncomingRequest {
  const { authority, target } = partsOf(url);
  const all = (name: string) => {
    const value = headers.get(name);
    // A request that was made by hand has an address, and no Host.
    if (value === null) return name === 'host' ? [authority] : [];
    return [value];
  };
  return {
    method,
    target,
    headers: all,
    upgrade: isUpgrade(all('upgrade')),
  };
}

/** Splits an address in two: `127.0.0.1:4096`, and `/path?query`. */
export function partsOf(url: string): { authority: string; target: string } {
  const [, authority = '', rest = ''] = /^[a-z][a-z\d+.-]*:\/\/([^/?#\\]*)(.*)$/is.exec(url) ?? [];
  return { authority, target: rest.startsWith('/') ? rest : `/${rest}` };
}

/** Makes the response that is sent in place of the handler's. */
export function toResponse(answer: Extract<Decision, { ok: false }>): Response {
  return new Response(answer.body === '' ? null : answer.body, {
    status: answer.status,
    headers: answer.headers,
  });
}

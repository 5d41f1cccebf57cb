import { methods } from '../permissions/policy.js';
import { type Answer, refuse } from './answers.js';
import type { IncomingRequest } from './request.js';

/** For a browser: who may read the response. */
type CorsHeaders = Readonly<Record<string, string>>;

/**
 * Refuses requests of pages of other sites. Programs other than browsers send no `Origin`, and pass; a browser leaves it out of
 * some requests, too, but then sends `Sec-Fetch-Site`. CORS is no authentication: this only keeps pages out.
 *
 * @param origins allowed besides the server's own, like `https://app.example`; compared as a whole
 * @returns `cors` for a page of one of these
 */
export function judgeOrigin(
  { headers }: IncomingRequest,
  origins: readonly string[],
): { ok: true; cors?: CorsHeaders } | Answer {
  const values = headers('origin');
  if (values.length > 1) return refuse('invalid_request', 'a request must not have two Origin headers');
  const [origin] = values;
  if (origin === undefined) {
    const foreign = headers('sec-fetch-site').some((site) => site !== 'same-origin' && site !== 'none');
    return foreign ? notAllowed() : { ok: true };
  }
  if (origins.includes(origin)) {
    return {
      ok: true,
      cors: {
        'Access-Control-Allow-Origin': origin,
        'Access-Control-Expose-Headers': 'WWW-Authenticate',
        Vary: 'Origin',
      },
    };
  }
  // The host has been found to be one of ours, so a page of the same origin is ours, too.
  return isSameOrigin(origin, headers('host')[0]) ? { ok: true } : notAllowed();
}

function notAllowed(): Answer {
  return refuse('origin_not_allowed', 'requests of pages of other origins are not allowed here');
}

/** Plain HTTP, which is what servers on a machine speak to it; behind TLS the origin has to be on the list. */
function isSameOrigin(origin: string, host: string | undefined): boolean {
  if (host === undefined || !/^http:\/\/[^/?#@\\]+$/.test(origin)) return false;
  const own = `http://${host}`;
  return URL.canParse(own) && URL.canParse(origin) && new URL(own).origin === new URL(origin).origin;
}

/** True for a browser's question whether it may send the request that it describes; it never carries credentials. */
export function isPreflight({ method, headers }: IncomingRequest): boolean {
  return (
    method === 'OPTIONS' &&
    headers('origin').length === 1 &&
    headers('access-control-request-method').length === 1
  );
}

/** The answer to a preflight whose origin is allowed. No handler sees it. */
export function preflightAnswer(cors: CorsHeaders): Answer {
  return {
    ok: false,
    status: 204,
    error: undefined,
    headers: {
      ...cors,
      'Access-Control-Allow-Methods': methods.join(', '),
      'Access-Control-Allow-Headers': 'Authorization, Content-Type, Last-Event-ID',
      'Access-Control-Max-Age': '600',
    },
    body: '',
  };
}

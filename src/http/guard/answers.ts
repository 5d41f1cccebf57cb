import type { Permission } from '../../tokens/permissions.js';
import type { TokenInfo } from '../../tokens/token-info.js';

/** Why a request was refused. The first four are RFC 6750's, with its status codes. */
export type GuardError =
  /** 401: no credentials, or of another scheme. The challenge has no error code then. */
  | 'unauthorized'
  /** 400: malformed, more than one credential, or one in the URL. */
  | 'invalid_request'
  /** 401: unknown, expired, revoked and malformed tokens alike, so that an answer does not say which. */
  | 'invalid_token'
  /** 403: the token is good, and lacks a permission. */
  | 'insufficient_scope'
  /** 503: the tokens can't be read, so none can be judged now. */
  | 'temporarily_unavailable'
  /** 403: not a name of this server: DNS rebinding. */
  | 'host_not_allowed'
  /** 403: a page of another site. */
  | 'origin_not_allowed'
  /** 405 */
  | 'method_not_allowed'
  /** 429: the limit of open streams or tickets is reached. */
  | 'too_many_requests';

/** The request may go on. */
export interface Admission {
  /** Tells an admission from an answer. */
  ok: true;
  /** The token of the request; undefined on a public path. */
  token: TokenInfo | undefined;
  /** To be added to the response. */
  headers: Readonly<Record<string, string>>;
}

/** The answer to send in place of the handler's. */
export interface Answer {
  /** Tells an answer from an admission. */
  ok: false;
  /** The HTTP status code. */
  status: number;
  /** Why the request was refused; undefined for the answer to a CORS preflight. */
  error: GuardError | undefined;
  /** All headers of the answer. */
  headers: Readonly<Record<string, string>>;
  /** JSON `{ error, error_description, scope? }`, or empty. */
  body: string;
}

/** What a guard decides about a request. */
export type Decision = Admission | Answer;

const statuses: Record<GuardError, number> = {
  unauthorized: 401,
  invalid_request: 400,
  invalid_token: 401,
  insufficient_scope: 403,
  temporarily_unavailable: 503,
  host_not_allowed: 403,
  origin_not_allowed: 403,
  method_not_allowed: 405,
  too_many_requests: 429,
};

/** @param description for people; it never quotes the request */
export function refuse(
  error: GuardError,
  description: string,
  headers: Readonly<Record<string, string>> = {},
  scope?: string,
): Answer {
  const body = { error, error_description: description, scope };
  return {
    ok: false,
    status: statuses[error],
    error,
    headers: { 'Cache-Control': 'no-store', 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
}

/**
 * A refusal with the challenge of RFC 6750, section 3: always with a realm, and with an error code unless the client has
 * not tried yet.
 */
export function challenge(
  realm: string,
  error: 'unauthorized' | 'invalid_request' | 'invalid_token' | 'insufficient_scope',
  description: string,
  permissions?: readonly Permission[],
): Answer {
  const scope = permissions?.join(' ');
  const parameters = [
    `realm="${realm}"`,
    ...(error === 'unauthorized' ? [] : [`error="${error}"`]),
    ...(scope === undefined ? [] : [`scope="${scope}"`]),
  ];
  return refuse(error, description, { 'WWW-Authenticate': `Bearer ${parameters.join(', ')}` }, scope);
}

/** The same with more headers, which never replace its own. */
export function withHeaders<T extends Decision>(decision: T, headers: Readonly<Record<string, string>>): T {
  return { ...decision, headers: { ...headers, ...decision.headers } };
}

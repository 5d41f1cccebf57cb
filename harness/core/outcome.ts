import type { Action } from '../history/events.js';

/** Error codes of a connection that was never made: the request can't have reached a server. */
const neverSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'UND_ERR_CONNECT_TIMEOUT']);

/**
 * The one place that decides between "failed" and "unknown". A read has no effect, so it can only fail. A write
 * failed only where that is certain: the store says so (`definite: true` on the error), or the request
 * never left. Everything else may have happened.
 */
export function outcomeOfError(action: Action, error: unknown): 'fail' | 'unknown' {
  if (action === 'get' || action === 'all') return 'fail';
  if (property(error, 'definite') === true) return 'fail';
  const code = property(error, 'code') ?? property(property(error, 'cause'), 'code');
  return typeof code === 'string' && neverSent.has(code) ? 'fail' : 'unknown';
}

/** True if what was read could not be parsed, as an empty or half-written file can't, or the error itself says that this is why. */
export function isTorn(error: unknown): boolean {
  return property(error, 'name') === 'SyntaxError' || property(error, 'torn') === true;
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

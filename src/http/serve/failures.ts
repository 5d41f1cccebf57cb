import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { StoreError, type StoreErrorCode } from '../../store/errors.js';

/** Those that are nobody's mistake but the server's are 500. */
const statuses: Partial<Record<StoreErrorCode, ContentfulStatusCode>> = {
  E_INPUT: 400,
  E_TIMEOUT: 503,
  E_CLOSED: 503,
};

/** Every answer that is an error has this form. */
export function problem(
  context: Context,
  status: ContentfulStatusCode,
  error: string,
  description: string,
  more: Record<string, unknown> = {},
): Response {
  return context.json({ error, error_description: description, ...more }, status);
}

/**
 * What a client is told of a failure. The messages of the store name files and processes, never contents; those of anything
 * else may quote what they met.
 */
export function failureResponse(
  context: Context,
  error: unknown,
  more: Record<string, unknown> = {},
  onFailure: (error: unknown) => void = () => {},
): Response {
  if (error instanceof StoreError) {
    const { code, message, definite } = error;
    return problem(context, statuses[code] ?? 500, code, message, { definite, ...more });
  }
  onFailure(error);
  return problem(context, 500, 'internal_error', 'the server failed; its own log says how', more);
}

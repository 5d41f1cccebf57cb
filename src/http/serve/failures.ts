import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { errnoOf, StoreError, type StoreErrorCode } from '../../errors/store-error.js';

/** Every other code is the server's own failure: 500. */
const statuses: Partial<Record<StoreErrorCode, ContentfulStatusCode>> = {
  E_INPUT: 400,
  E_TIMEOUT: 503,
  E_CLOSED: 503,
  E_UNAVAILABLE: 503,
};

/** True where this process, or the machine, has too many files open: that passes by itself. */
function isShortage(error: unknown): boolean {
  const code = errnoOf(error);
  if (code === 'EMFILE' || code === 'ENFILE') return true;
  return error instanceof Error && error.cause !== undefined && isShortage(error.cause);
}

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
 * The answer to a request that failed. Messages of the store name files and processes, never contents; those of other errors may
 * quote what they met, so no client sees them.
 */
export function failureResponse(
  context: Context,
  error: unknown,
  more: Record<string, unknown> = {},
  onFailure: (error: unknown) => void = () => {},
): Response {
  const status = isShortage(error) ? 503 : error instanceof StoreError ? (statuses[error.code] ?? 500) : 500;
  if (status === 503) context.header('Retry-After', '1');
  if (error instanceof StoreError) {
    const { code, message, definite } = error;
    return problem(context, status, code, message, { definite, ...more });
  }
  if (status === 503)
    return problem(context, status, 'temporarily_unavailable', 'too many files are open', more);
  onFailure(error);
  return problem(context, 500, 'internal_error', 'the server failed; its own log says how', more);
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MiddlewareHandler } from 'hono';
import { honoGuard } from '../adapters/hono.js';
import { admit } from '../adapters/node-http.js';
import type { Guard } from '../guard/guard.js';
import { guardedPaths, ranHeader } from './fixtures/routes.js';

/** What stands before the handlers: a guard, or nobody. */
export interface Gate {
  hono: MiddlewareHandler;
  /** False if it has answered. */
  node(request: IncomingMessage, response: ServerResponse): boolean;
  guard: Guard | undefined;
}

export const nobody: Gate = { hono: (_, next) => next(), node: () => true, guard: undefined };

export function gateOf(guard: Guard): Gate {
  return {
    guard,
    hono: honoGuard(guard) as MiddlewareHandler,
    node: (request, response) => admit(guard, request, response) !== undefined,
  };
}

/** The gate as a middleware of Express, and of all that are like it. */
export function gateway({ node }: Gate) {
  return (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    if (node(request, response)) next();
  };
}

/** A handler that says that it ran, and by which method it was called. */
export function run(isGuarded: boolean) {
  return ({ method }: IncomingMessage, response: ServerResponse): void => {
    response.setHeader(ranHeader, ranBy(isGuarded, method));
    response.end();
  };
}

export function ranBy(isGuarded: boolean, method: string | undefined): string {
  return `${isGuarded ? 'guarded' : 'other'} ${method}`;
}

export function isGuardedPath(pathname: string): boolean {
  return guardedPaths.some((guarded) => pathname === guarded || pathname.startsWith(`${guarded}/`));
}

import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import type { Changes, WatchOptions } from '../../store/watch.js';
import { type GuardedEnv, honoGuard } from '../adapters/hono.js';
import type { Guard } from '../guard/guard.js';
import { authRoutes } from './auth-routes.js';
import { eventStream } from './event-stream.js';
import { failureResponse, problem } from './failures.js';
import { openApi } from './openapi.js';
import { ticketRoute } from './ticket-route.js';

/** What the server serves: an `Auth`, a `Store`, or anything like them. */
export interface CredentialStore {
  get(key: string): Promise<unknown>;
  all(): Promise<Record<string, unknown>>;
  set(key: string, value: unknown): Promise<void>;
  remove(key: string): Promise<void>;
  /** Without it there is no stream of events. */
  watch?(listener: (changes: Changes) => void, options?: WatchOptions): () => void;
}

export interface AppOptions {
  store: CredentialStore;
  guard: Guard;
  /** Ends the streams of events, so that a server can end. */
  stopping?: AbortSignal;
  /** Says whether requests should come here, for a load balancer: false while the server drains, and where it fails. Default: always. */
  ready?: () => Promise<boolean>;
  /** Returns further fields of the answer to a request that failed. */
  describe?: (error: unknown) => Record<string, unknown>;
  /** Called with an unexpected error. Its message may be secret, so no client sees it. */
  onFailure?: (error: unknown) => void;
}

/** They answer that the process lives, and nothing else. The first is the agent's. */
const healthPaths = ['/global/health', '/health'];
/** It answers whether requests should come here. */
const readyPath = '/ready';
/** The paths that need no token. */
export const openPaths: readonly string[] = [...healthPaths, readyPath];

const bodyBytesMax = 1024 * 1024;

/** The credential routes of the agent, on any store and behind any guard. */
export function createApp({
  store,
  guard,
  stopping,
  ready,
  describe,
  onFailure,
}: AppOptions): Hono<GuardedEnv> {
  const app = new Hono<GuardedEnv>();
  app.use(honoGuard(guard));
  app.use(bodyLimit({ maxSize: bodyBytesMax, onError: tooLarge }));
  app.use(async (context, next) => {
    await next();
    // Credentials, or what changes at any time.
    if (!context.res.headers.has('Cache-Control')) context.header('Cache-Control', 'no-store');
  });

  for (const path of healthPaths) app.get(path, (context) => context.json({ healthy: true }));
  app.get(readyPath, async (context) => {
    // Anyone may ask, so nothing is said of why.
    const isReady = await (ready?.() ?? Promise.resolve(true)).catch(() => false);
    if (!isReady) context.header('Retry-After', '1');
    return context.json({ ready: isReady }, isReady ? 200 : 503);
  });
  app.get('/doc', (context) => context.json(openApi));
  app.route('/auth', authRoutes(store, guard));
  app.post('/ticket', ticketRoute(guard));
  if (store.watch) app.get('/event', eventStream(store.watch.bind(store), stopping));

  app.notFound((context) =>
    problem(context, 404, 'not_found', 'there is no such route; GET /doc lists them'),
  );
  app.onError((error, context) => {
    if (error instanceof HTTPException)
      return problem(context, error.status, 'invalid_request', error.message);
    return failureResponse(context, error, describe?.(error), onFailure);
  });
  return app;
}

function tooLarge(context: Context): Response {
  const limit = `${bodyBytesMax / 1024} KiB`;
  return problem(context, 413, 'too_large', `the body has more than ${limit}, and nothing was stored`);
}

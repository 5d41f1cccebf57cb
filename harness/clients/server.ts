import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { outcomeOfError } from '../core/outcome.js';
import type { Store } from '../core/target.js';
import { runClient, type Worker } from '../stress/worker.js';
import { DirectoryCache } from './directory-cache.js';

/** The dev server: opens the store in its own process and serves it over HTTP on loopback, to any number of clients. */
await runClient('file', async (worker) => {
  const { store } = await worker.openTarget();
  const server = createAdaptorServer({ fetch: routes(worker, store).fetch });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(worker.config.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const stopped = new Promise<void>((resolve) => {
    worker.stopping.addEventListener('abort', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  await worker.ready(`http://127.0.0.1:${port}`);
  await stopped;

  // Whoever has been let in is answered; idle connections would keep the server open for ever.
  await new Promise((resolve) => {
    server.close(resolve);
    if ('closeIdleConnections' in server) server.closeIdleConnections();
  });
  await store.close?.();
});

function routes(worker: Worker, store: Store): Hono {
  const cache = new DirectoryCache(worker.config.file, () => store.all());
  const app = new Hono();
  app.get('/auth', async (context) => context.json(await cache.get(context.req.query('directory') ?? '')));
  app.put('/auth/:id', async (context) => {
    await store.set(context.req.param('id'), await context.req.json());
    return context.json({});
  });
  app.delete('/auth/:id', async (context) => {
    await store.remove(context.req.param('id'));
    return context.json({});
  });
  app.onError((error, context) => {
    const action = context.req.method === 'GET' ? 'all' : 'set';
    const definite = outcomeOfError(action, error) === 'fail';
    const torn = error.name === 'SyntaxError';
    return context.json({ definite, torn }, 500 as ContentfulStatusCode);
  });
  return app;
}

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { outcomeOfError } from '../core/outcome.js';
import type { Store } from '../core/target.js';
import { untilAborted } from '../stress/until-aborted.js';
import { runClient, type Worker } from '../stress/worker.js';
import { DirectoryCache } from './directory-cache.js';

/** The dev server: opens the store in its own process and serves it over HTTP on loopback, to any number of clients. */
await runClient('file', async (worker) => {
  const { store } = await worker.openTarget();
  const server = createAdaptorServer({ fetch: routes(worker, store).fetch });
  const port = await listen(server, worker.config.port);
  const told = new Promise<void>((resolve) => process.once('SIGTERM', () => resolve()));
  await worker.ready(`http://127.0.0.1:${port}`);
  await Promise.race([untilAborted(worker.stopping), told]);

  // Whoever has been let in is answered; idle connections would keep the server open for ever.
  await new Promise((resolve) => {
    server.close(resolve);
    if ('closeIdleConnections' in server) server.closeIdleConnections();
  });
  await store.close?.();
});

/** A server that was killed comes back at its port, which may be taken for a moment by somebody's outgoing connection. */
async function listen(server: ReturnType<typeof createAdaptorServer>, port: number): Promise<number> {
  for (let attempt = 0; ; attempt++) {
    try {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || attempt >= 100) throw error;
      await sleep(50);
    }
  }
}

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

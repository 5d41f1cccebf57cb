import { createServer, type Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import { methodOverride as honoMethodOverride } from 'hono/method-override';
import methodOverride from 'method-override';
import { honoApp } from './fixtures/hono-app.js';
import { guardedPaths, ranHeader } from './fixtures/routes.js';
import { type Gate, gateway, ranBy, run } from './handlers.test.helper.js';

/** What an application moves elsewhere before the guard sees it: what looks free leads to a handler that is not. */
function moved(url: string): string {
  return url.replace(/^\/(files|event|x)(?=[/?#]|$)/, '/pty');
}

export function rewritingExpress(gate: Gate): Server {
  const app = express();
  app.use((request, _, next) => {
    request.url = moved(request.url);
    next();
  });
  app.use(gateway(gate));
  for (const guarded of guardedPaths) app.use(guarded, run(true));
  app.use(run(false));
  return createServer(app);
}

/** A guard in a router: what is left of the address there is no other address. */
export function mountedExpress(gate: Gate): Server {
  const routes = express.Router();
  routes.use(gateway(gate));
  for (const guarded of guardedPaths) routes.use(guarded, run(true));
  routes.use(run(false));
  const app = express();
  app.use('/base', routes);
  app.use(routes);
  return createServer(app);
}

export async function rewritingFastify({ node }: Gate): Promise<Server> {
  const app = fastify({ rewriteUrl: ({ url = '' }) => moved(url) });
  app.addHook('onRequest', async (request, reply) => {
    if (!node(request.raw, reply.raw)) reply.hijack();
  });
  for (const guarded of guardedPaths.flatMap((path) => [path, `${path}/*`]))
    app.all(guarded, (request, reply) => reply.header(ranHeader, ranBy(true, request.method)).send());
  app.all('*', (request, reply) => reply.header(ranHeader, ranBy(false, request.method)).send());
  await app.listen({ port: 0, host: '127.0.0.1' });
  return app.server;
}

/** Calls the guarded application with a request of its own, and with what node:http has brought. */
export function rewritingHono({ hono }: Gate): Server {
  const inner = honoApp(hono);
  const app = new Hono();
  app.all('*', ({ req, env }) => {
    const [, origin = '', target = ''] = /^(\w+:\/\/[^/]*)(.*)$/s.exec(req.url) ?? [];
    return inner.fetch(new Request(origin + moved(target), req.raw), env);
  });
  app.onError(() => new Response('', { status: 500 }));
  return createAdaptorServer({ fetch: app.fetch }) as Server;
}

const header = 'X-HTTP-Method-Override';

export function overridingExpress(gate: Gate): Server {
  const app = express();
  app.use(methodOverride(header), gateway(gate));
  for (const guarded of guardedPaths) app.use(guarded, run(true));
  app.use(run(false));
  return createServer(app);
}

export function overridingHono({ hono }: Gate): Server {
  const app = new Hono();
  app.use(honoMethodOverride({ app, header }));
  app.route('/', honoApp(hono));
  app.onError(() => new Response('', { status: 500 }));
  return createAdaptorServer({ fetch: app.fetch }) as Server;
}

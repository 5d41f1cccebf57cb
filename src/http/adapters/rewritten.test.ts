import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import connect from 'connect';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import methodOverride from 'method-override';
import { describe, expect, it, onTestFinished } from 'vitest';
import { newGuard } from '../guard/guard.test.helper.js';
import type { GuardSettings } from '../guard/options.js';
import { honoGuard } from './hono.js';
import { admit } from './node-http.js';

/** A guard as middleware, and tokens for it. */
function setUp(options: GuardSettings = {}) {
  const { tokens, guard } = newGuard(options);
  const bearer = (...may: Parameters<typeof tokens.add>) => ({
    headers: { authorization: `Bearer ${tokens.add(...may)}` },
  });
  const middleware = (
    request: IncomingMessage,
    response: Parameters<RequestListener>[1],
    next: () => void,
  ) => {
    if (admit(guard, request, response) !== undefined) next();
  };
  return { guard, bearer, middleware };
}

async function listening(server: ReturnType<typeof createServer>): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const status = async (url: string, options: RequestInit = {}) => (await fetch(url, options)).status;

describe('an address that was rewritten before the guard', () => {
  it('a request that Express rewrites needs the permissions of both addresses', async () => {
    const { bearer, middleware } = setUp({ publicPaths: ['/health'] });
    const app = express();
    app.use((request, _, next) => {
      request.url = request.url.replace(/^\/(x|health)/, '/pty');
      next();
    });
    app.use(middleware);
    app.use('/pty', (_, response) => void response.end('ran'));
    const url = await listening(createServer(app));
    expect(await status(`${url}/x`, bearer('read'))).toBe(403);
    expect(await status(`${url}/x`, bearer('read', 'execute'))).toBe(200);
    expect(await status(`${url}/health`)).toBe(401);
  });

  it("a request that Fastify's rewriteUrl rewrites needs the permissions of both addresses", async () => {
    const { guard, bearer } = setUp({ publicPaths: ['/health'] });
    const app = fastify({ rewriteUrl: ({ url = '' }) => url.replace(/^\/(x|health)/, '/pty') });
    app.addHook('onRequest', async (request, reply) => {
      if (admit(guard, request.raw, reply.raw) === undefined) reply.hijack();
    });
    app.get('/pty', async () => 'ran');
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    onTestFinished(() => app.close());
    expect(await status(`${url}/x`, bearer('read'))).toBe(403);
    expect(await status(`${url}/x`, bearer('read', 'execute'))).toBe(200);
    expect(await status(`${url}/health`)).toBe(401);
  });

  it('a request that Hono passes on with another address needs the permissions of both', async () => {
    const { guard, bearer } = setUp({ publicPaths: ['/health'] });
    const inner = new Hono().use(honoGuard(guard)).get('/pty', (context) => context.text('ran'));
    const app = new Hono().all('*', ({ req, env }) =>
      inner.fetch(new Request(req.url.replace(/\/(x|health)$/, '/pty'), req.raw), env),
    );
    const url = await listening(createAdaptorServer({ fetch: app.fetch }) as ReturnType<typeof createServer>);
    expect(await status(`${url}/x`, bearer('read'))).toBe(403);
    expect(await status(`${url}/x`, bearer('read', 'execute'))).toBe(200);
    expect(await status(`${url}/health`)).toBe(401);
  });

  it('a request whose method was overridden needs the permissions of both methods', async () => {
    const { bearer, middleware } = setUp();
    const app = express();
    app.use(methodOverride('X-HTTP-Method-Override'), middleware);
    app.use((request, response) => void response.end(request.method));
    const url = await listening(createServer(app));
    const post = (may: ReturnType<typeof bearer>) =>
      status(`${url}/x`, {
        method: 'POST',
        headers: { ...may.headers, 'x-http-method-override': 'GET' },
      });
    expect(await post(bearer('read'))).toBe(403);
    expect(await post(bearer('write'))).toBe(403);
    expect(await post(bearer('read', 'write'))).toBe(200);
  });
});

describe('an address whose prefix a mounted router removes', () => {
  const places = { publicPaths: ['/base/health', '/base'], ticketPath: '/base/ticket' };

  it('a router of Express keeps the whole address for public paths, tickets and the policy', async () => {
    const { guard, bearer, middleware } = setUp({
      ...places,
      policy: ({ segments }) => (segments?.[0] === 'base' ? ['read'] : []),
    });
    const routes = express.Router();
    routes.use(middleware);
    routes.use((request, response) => void response.end(request.url));
    const app = express();
    app.use('/base', routes);
    const url = await listening(createServer(app));
    const executor = bearer('execute');
    for (const target of ['/base/health', '/base/health?a=b', '/base', '/base?a=b'])
      expect(await status(url + target)).toBe(200);
    expect(await status(`${url}/base/ticket`, { method: 'POST', ...executor })).toBe(200);
    expect(await status(`${url}/base/x`, bearer('read'))).toBe(200);
    expect(await status(`${url}/base/x`, executor)).toBe(403);
    const token = { id: 'id0', permissions: ['read' as const], createdAt: 0, expiresAt: null };
    const issued = guard.issueTicket(token, { path: '/base/event', upgrade: false });
    if (!('ticket' in issued)) return expect.fail(issued.body);
    expect(await status(`${url}/base/event?ticket=${issued.ticket}`)).toBe(200);
  });

  it('an address that was rewritten within a mounted router counts as rewritten', async () => {
    const { bearer, middleware } = setUp(places);
    const routes = express.Router();
    routes.use((request, _, next) => {
      request.url = '/pty';
      next();
    });
    routes.use(middleware);
    routes.use((_, response) => void response.end('ran'));
    const app = express();
    app.use('/base', routes);
    const url = await listening(createServer(app));
    expect(await status(`${url}/base/health`)).toBe(401);
    expect(await status(`${url}/base/x`, bearer('read'))).toBe(403);
  });

  it('a request needs only the permissions of the whole address where a server does not say what it removed', async () => {
    const { bearer, middleware } = setUp();
    const app = connect().use(
      '/base',
      connect()
        .use(middleware)
        .use((_, response) => void response.end('ran')),
    );
    const url = await listening(createServer(app));
    for (const target of ['/base/x', '/base', '/base?a', '/base.json'])
      expect(await status(url + target, bearer('read'))).toBe(200);
    expect(await status(`${url}/base/pty`, bearer('read'))).toBe(403);
    expect(await status(`${url}/base.pty`, bearer('read'))).toBe(403);
  });
});

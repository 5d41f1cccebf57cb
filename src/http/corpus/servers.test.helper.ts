import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import path from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import express from 'express';
import fastify, { type FastifyServerOptions } from 'fastify';
import { guardUpgrades } from '../adapters/upgrade.js';
import { honoApp } from './fixtures/hono-app.js';
import { guardedPaths, ranHeader } from './fixtures/routes.js';
import { type Gate, gateway, isGuardedPath, ranBy, run } from './handlers.test.helper.js';
import {
  mountedExpress,
  overridingExpress,
  overridingHono,
  rewritingExpress,
  rewritingFastify,
  rewritingHono,
} from './rewriting.test.helper.js';
import { connectServer, koaServer, polkaServer, sirvServer } from './routers.test.helper.js';

/** Each a server with handlers that say that they ran, behind a gate. */
export const servers: Record<string, (gate: Gate) => Server | Promise<Server>> = {
  'Hono on Node': ({ hono }) => createAdaptorServer({ fetch: honoApp(hono).fetch }) as Server,
  'node:http, by new URL()': (gate) => nodeServer(gate, (url) => new URL(url, 'http://localhost').pathname),
  'node:http, decoding, folding and normalising': (gate) => nodeServer(gate, fold),
  'node:http, normalising what is before the question mark': (gate) =>
    nodeServer(gate, (url) => path.posix.normalize(url.split('?', 1)[0] ?? '').replace(/^\/base(?=\/)/, '')),
  'Express 5': expressServer,
  'Fastify 5': (gate) => fastifyServer(gate, {}),
  'Fastify 5, as lenient as it can be': (gate) =>
    fastifyServer(gate, {
      routerOptions: {
        caseSensitive: false,
        ignoreDuplicateSlashes: true,
        ignoreTrailingSlash: true,
        useSemicolonDelimiter: true,
      } as object,
    }),
  Connect: connectServer,
  Koa: koaServer,
  Polka: polkaServer,
  sirv: sirvServer,
  'Express 5, guarded in a router': mountedExpress,
  'Express 5, rewritten before the guard': rewritingExpress,
  'Express 5, behind method-override': overridingExpress,
  'Fastify 5, by rewriteUrl': rewritingFastify,
  'Hono on Node, called with a rewritten request': rewritingHono,
  'Hono on Node, behind method-override': overridingHono,
};

export async function start(name: string, gate: Gate): Promise<{ port: number; stop(): void }> {
  const server = (await servers[name]?.(gate)) ?? createServer();
  const onUpgrade = (request: IncomingMessage, socket: { end(text: string): void }) =>
    socket.end(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: foo\r\nConnection: Upgrade\r\n${ranHeader}: upgrade ${request.method}\r\n\r\n`,
    );
  if (gate.guard) guardUpgrades(gate.guard, server, onUpgrade);
  else server.on('upgrade', onUpgrade);
  if (!server.listening) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  return { port: (server.address() as { port: number }).port, stop: () => server.close() };
}

function nodeServer(gate: Gate, pathOf: (url: string) => string): Server {
  return createServer((request, response) => {
    if (!gate.node(request, response)) return;
    try {
      run(isGuardedPath(pathOf(request.url ?? '')))(request, response);
    } catch {
      response.writeHead(400).end();
    }
  });
}

/** A router that takes everything for the same that anybody ever has. */
function fold(url: string): string {
  const [raw = ''] = url.replace(/^[a-z]+:\/\/[^/\\]*/i, '').split('?');
  const decoded = decodeURIComponent(decodeURIComponent(raw)).normalize('NFKC').toLowerCase();
  const [bare = ''] = decoded
    .replace(/[\0\s]/g, '')
    .replaceAll('\\', '/')
    .split(/[?#]/);
  const plain = path.posix.normalize(bare.replace(/;[^/]*/g, '')).replace(/\.+(\/|$)/g, '$1');
  return plain.replace(/^\/(base|mounted)(?=\/)/, '');
}

function expressServer(gate: Gate): Server {
  const app = express();
  app.use(gateway(gate));
  const routes = express.Router();
  for (const guarded of guardedPaths) routes.all([`${guarded}{.:format}`, `${guarded}/*rest`], run(true));
  routes.use(run(false));
  app.use('/base', routes);
  app.use(routes);
  return createServer(app);
}

async function fastifyServer(gate: Gate, options: FastifyServerOptions): Promise<Server> {
  const app = fastify(options);
  app.addHook('onRequest', async (request, reply) => {
    // Answered by the gate: Fastify must not answer, too.
    if (!gate.node(request.raw, reply.raw)) reply.hijack();
  });
  for (const guarded of guardedPaths) {
    for (const route of [guarded, `${guarded}/*`, `/base${guarded}`, `/base${guarded}/*`]) {
      app.all(route, (request, reply) => reply.header(ranHeader, ranBy(true, request.method)).send());
    }
  }
  app.all('*', (request, reply) => reply.header(ranHeader, ranBy(false, request.method)).send());
  await app.listen({ port: 0, host: '127.0.0.1' });
  return app.server;
}

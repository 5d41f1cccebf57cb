import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import path from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import express, { type Request, type Response } from 'express';
import fastify, { type FastifyServerOptions } from 'fastify';
import type { MiddlewareHandler } from 'hono';
import { honoGuard } from '../adapters/hono.js';
import { admit } from '../adapters/node-http.js';
import { guardUpgrades } from '../adapters/upgrade.js';
import type { Guard } from '../guard/guard.js';
import { honoApp } from './fixtures/hono-app.js';
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

/** Each a server with handlers that say that they ran, behind a gate. */
export const servers: Record<string, (gate: Gate) => Server | Promise<Server>> = {
  'Hono on Node': ({ hono }) => createAdaptorServer({ fetch: honoApp(hono).fetch }) as Server,
  'node:http, by new URL()': (gate) => nodeServer(gate, (url) => new URL(url, 'http://localhost').pathname),
  'node:http, decoding, folding and normalising': (gate) => nodeServer(gate, fold),
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

function answer(response: ServerResponse, isGuarded: boolean, method: string | undefined): void {
  response.setHeader(ranHeader, `${isGuarded ? 'guarded' : 'other'} ${method}`);
  response.end();
}

const isGuardedPath = (pathname: string) =>
  guardedPaths.some((guarded) => pathname === guarded || pathname.startsWith(`${guarded}/`));

function nodeServer(gate: Gate, pathOf: (url: string) => string): Server {
  return createServer((request, response) => {
    if (!gate.node(request, response)) return;
    try {
      answer(response, isGuardedPath(pathOf(request.url ?? '')), request.method);
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
  app.use((request, response, next) => {
    if (gate.node(request, response)) next();
  });
  const routes = express.Router();
  const run = (isGuarded: boolean) => (request: Request, response: Response) =>
    answer(response, isGuarded, request.method);
  for (const guarded of guardedPaths) routes.all([guarded, `${guarded}/*rest`], run(true));
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
      app.all(route, (request, reply) => reply.header(ranHeader, `guarded ${request.method}`).send());
    }
  }
  app.all('*', (request, reply) => reply.header(ranHeader, `other ${request.method}`).send());
  await app.listen({ port: 0, host: '127.0.0.1' });
  return app.server;
}

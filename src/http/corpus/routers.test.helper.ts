import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import connect from 'connect';
import Koa from 'koa';
import polka from 'polka';
import sirv from 'sirv';
import { guardedPaths, ranHeader } from './fixtures/routes.js';
import { type Gate, gateway, isGuardedPath, ranBy, run } from './handlers.test.helper.js';

/** What Vite's server is made of: a handler at `/pty` answers `/pty.json`, too. */
export function connectServer(gate: Gate): Server {
  const routes = connect();
  for (const guarded of guardedPaths) routes.use(guarded, run(true));
  routes.use(run(false));
  return createServer(connect().use(gateway(gate)).use('/base', routes).use(routes));
}

/** Koa has no router: its applications go by `context.path`. */
export function koaServer({ node }: Gate): Server {
  const app = new Koa();
  app.use(async (context, next) => {
    // Answered by the gate: Koa must not answer, too.
    if (node(context.req, context.res)) await next();
    else context.respond = false;
  });
  app.use((context) => {
    const isGuarded = isGuardedPath(context.path.toLowerCase().replace(/^\/base(?=\/)/, ''));
    context.set(ranHeader, ranBy(isGuarded, context.method));
    context.body = '';
  });
  return createServer(app.callback());
}

export function polkaServer(gate: Gate): Server {
  const routes = () => {
    const app = polka({ onNoMatch: run(false) });
    for (const guarded of guardedPaths) app.all(guarded, run(true)).all(`${guarded}/*`, run(true));
    return app;
  };
  const app = routes().use(gateway(gate)).use('/base', routes());
  return createServer((request, response) => void app.handler(request as never, response));
}

/** Files that only `execute` may have, and nothing else is served. */
export function sirvServer(gate: Gate): Server {
  const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-test-'));
  for (const place of guardedPaths.flatMap((guarded) => [guarded, `/base${guarded}`])) {
    for (const file of ['index.html', '1.html', 'a1.txt', 'a1/message/index.html']) {
      const name = path.join(directory, place, file);
      mkdirSync(path.dirname(name), { recursive: true });
      writeFileSync(name, '');
    }
  }
  const files = sirv(directory, {
    // It looks for the file at each request, wherever the path leads.
    dev: true,
    setHeaders: (response) => response.setHeader(ranHeader, ranBy(true, response.req.method)),
  });
  return createServer(
    connect()
      .use(gateway(gate))
      .use((request, response) => files(request, response, () => run(false)(request, response))),
  );
}

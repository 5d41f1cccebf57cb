import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import express from 'express';
import { Hono } from 'hono';
import { stream } from 'hono/streaming';
import { describe, expect, it, onTestFinished } from 'vitest';
import { newGuard } from '../guard/guard.test.helper.js';
import { verify } from './fetch.js';
import { type GuardedEnv, honoGuard } from './hono.js';
import { admit } from './node-http.js';

async function listening(listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** The status of a request that is sent line by line. */
async function statusOf(port: number, ...lines: string[]): Promise<number> {
  const socket = connect(port, '127.0.0.1');
  socket.write(`${[...lines, 'Connection: close'].join('\r\n')}\r\n\r\n`);
  let answer = '';
  for await (const data of socket) answer += data;
  return Number(answer.split(' ')[1]);
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('the guard on node:http', () => {
  it('doubled header lines are refused, though Node keeps only one of them', async () => {
    const { tokens, guard } = newGuard();
    const port = await listening((request, response) => {
      if (admit(guard, request, response) !== undefined) response.end();
    });
    const good = `Authorization: Bearer ${tokens.add('read')}`;
    const [line, host] = ['GET /x HTTP/1.1', 'Host: localhost'];
    expect(await statusOf(port, line, host, good)).toBe(200);
    expect(await statusOf(port, line, host, good, good)).toBe(400);
    expect(await statusOf(port, line, host, good, 'AUTHORIZATION: Basic x')).toBe(400);
    expect(await statusOf(port, line, host, 'Host: evil.example', good)).toBe(400);
    expect(
      await statusOf(port, line, host, good, 'Origin: http://localhost', 'Origin: http://evil.example'),
    ).toBe(400);
    expect(await statusOf(port, 'GET http://localhost/x HTTP/1.1', host, good)).toBe(400);
  });

  it('a mounted router does not hide the whole path from the guard', async () => {
    const { tokens, guard } = newGuard();
    const app = express();
    app.use('/session', (request, response) => {
      if (admit(guard, request, response) !== undefined) response.end();
    });
    const port = await listening(app);
    const url = `http://127.0.0.1:${port}/session/x`;
    expect((await fetch(url, { headers: bearer(tokens.add('read')) })).status).toBe(403);
    expect((await fetch(url, { headers: bearer(tokens.add('read', 'execute')) })).status).toBe(200);
  });

  it('a response breaks off when its token is revoked', async () => {
    const { tokens, guard } = newGuard();
    const port = await listening((request, response) => {
      if (admit(guard, request, response) !== undefined) response.write('begun');
    });
    const token = tokens.add('read');
    const response = await fetch(`http://127.0.0.1:${port}/x`, { headers: bearer(token) });
    tokens.revoke(token);
    await expect(response.text()).rejects.toThrow();
  });

  it('a request to a public path has no owner, and a refused request is answered once', async () => {
    const { guard } = newGuard({ publicPaths: ['/health'] });
    const owners: unknown[] = [];
    const port = await listening((request, response) => {
      const owner = admit(guard, request, response);
      owners.push(owner);
      if (owner !== undefined) response.end();
    });
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${port}/x`)).status).toBe(401);
    expect(owners).toEqual([null, undefined]);
  });
});

describe('a Fetch request', () => {
  const { tokens, guard } = newGuard();
  const token = tokens.add('read');
  const ask = (url: string, headers: Record<string, string> = bearer(token)) =>
    verify(guard, new Request(url, { headers }));

  it('a Fetch request is judged by its address and its headers', () => {
    expect(ask('http://localhost:4096/x')).toMatchObject({ ok: true, token: { permissions: ['read'] } });
    expect(ask('http://localhost:4096')).toMatchObject({ ok: true });
    expect(ask('http://localhost:4096?a')).toMatchObject({ ok: true });
    expect(ask('http://localhost/session')).toMatchObject({ status: 403 });
    expect(ask('http://localhost/x', {})).toMatchObject({ status: 401 });
    expect(ask('http://localhost/x', { authorization: `Bearer ${token}, Bearer ${token}` })).toMatchObject({
      status: 400,
    });
    expect(ask('http://localhost/x', { ...bearer(token), upgrade: 'websocket' })).toMatchObject({
      status: 403,
    });
  });

  it('a Fetch request without a Host is judged by the name in its address', () => {
    expect(ask('http://evil.example/x')).toMatchObject({ status: 403, error: 'host_not_allowed' });
  });
});

describe('Hono without node:http', () => {
  it('a response of Hono breaks off when its token is revoked, and ends normally otherwise', async () => {
    const { tokens, guard } = newGuard();
    const app = new Hono<GuardedEnv>().use(honoGuard(guard));
    app.get('/long', (context) =>
      stream(context, async (out) => {
        await out.write('begun');
        await new Promise((resolve) => out.onAbort(() => resolve(undefined)));
      }),
    );
    app.get('/short', (context) => context.text('all'));
    const token = tokens.add('read');
    expect(await (await app.request('http://localhost/short', { headers: bearer(token) })).text()).toBe(
      'all',
    );
    const long = await app.request('http://localhost/long', { headers: bearer(token) });
    tokens.revoke(token);
    await expect(long.text()).rejects.toThrow();
  });

  it('handlers get the token of the request, and pages of an allowed origin may read the answer', async () => {
    const { tokens, guard } = newGuard({ origins: ['https://app.example'] });
    const app = new Hono<GuardedEnv>().use(honoGuard(guard));
    app.get('/x', (context) => context.json(context.var.token?.permissions));
    const headers = { ...bearer(tokens.add('read', 'write')), origin: 'https://app.example' };
    const response = await app.request('http://localhost/x', { headers });
    expect(await response.json()).toEqual(['read', 'write']);
    expect(response.headers.get('access-control-allow-origin')).toBe('https://app.example');
  });
});

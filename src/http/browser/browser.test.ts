import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import { openStore } from '../../store/store.js';
import { openTokens } from '../../tokens/tokens.js';
import { guardUpgrades } from '../adapters/upgrade.js';
import { createGuard } from '../guard/guard.js';
import type { GuardSettings } from '../guard/options.js';
import { createApp, openPaths } from '../serve/app.js';
import { chromium, tellFrom } from './browser.test.helper.js';

/** The real application with real tokens, and a WebSocket beside it. */
async function newServer({ authentication, ...settings }: GuardSettings & { authentication?: 'disabled' }) {
  const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-test-'));
  const tokens = openTokens({ file: path.join(directory, 'auth-tokens.json') });
  const store = openStore(path.join(directory, 'auth.json'));
  await store.set('before', { type: 'api', key: 'CANARY' });
  const open = { publicPaths: openPaths, ...settings };
  const guard = createGuard(authentication ? { ...open, authentication } : { ...open, tokens });
  const server = createAdaptorServer({ fetch: createApp({ store, guard }).fetch }) as Server;
  const sockets = new WebSocketServer({ noServer: true });
  let upgrades = 0;
  guardUpgrades(guard, server, (request, socket, head) => {
    upgrades++;
    sockets.handleUpgrade(request, socket, head, (client) => client.send('hello'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await store.close();
    await tokens.close();
  });
  const { port } = server.address() as AddressInfo;
  return { tokens, store, port, url: `http://127.0.0.1:${port}`, upgrades: () => upgrades };
}

if (!chromium) process.stderr.write('no chromium on the PATH: the tests in a browser are skipped\n');

describe.skipIf(!chromium)(
  chromium ? 'in a browser' : 'in a browser (skipped: no chromium on the PATH)',
  () => {
    it('a page of an allowed origin reads, writes, and opens an EventSource and a WebSocket', async () => {
      const told = await tellFrom('app.example', usePage, async (origin) => {
        const { tokens, url } = await newServer({ origins: [origin] });
        return { url, token: (await tokens.create()).token };
      });
      expect(told).toEqual({
        read: 200,
        withoutToken: 401,
        challenge: 'Bearer realm="holdfast"',
        events: ['server.connected', 'credentials.changed'],
        ticketAgain: 'error',
        tokenInUrl: 'error',
        bySubProtocol: 'hello, by events',
        byTicket: 'hello, by ',
        withoutAny: 'error',
      });
    });

    it('a page of another site reads and changes nothing, even without authentication', async () => {
      const server = await newServer({ authentication: 'disabled' });
      const told = await tellFrom('evil.example', attackFromPage, async () => ({ url: server.url }));
      expect(told).toEqual({
        read: 'TypeError: Failed to fetch',
        readBlindly: 'opaque',
        health: 'TypeError: Failed to fetch',
        put: 'TypeError: Failed to fetch',
        postBlindly: 'opaque',
        events: 'error',
        socket: 'error',
      });
      expect(await server.store.all()).toEqual({ before: { type: 'api', key: 'CANARY' } });
      expect(server.upgrades()).toBe(0);
    });

    it('a page whose name was rebound to this machine is refused', async () => {
      const server = await newServer({ authentication: 'disabled' });
      const told = await tellFrom('rebound.example', readOwnOrigin, async () => undefined, server.port);
      expect(told).toEqual({ status: 403, error: 'host_not_allowed', put: 403 });
      expect(await server.store.all()).toEqual({ before: { type: 'api', key: 'CANARY' } });
    });
  },
);

/** Runs in the page, as do the next two. */
async function usePage({ url, token }: { url: string; token: string }) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const ask = (target: string, init: RequestInit = {}) => fetch(url + target, { headers, ...init });
  const ticketFor = async (errand: object): Promise<string> => {
    const response = await ask('/ticket', { method: 'POST', body: JSON.stringify(errand) });
    return ((await response.json()) as { ticket: string }).ticket;
  };
  const firstOf = (target: string) =>
    new Promise<string>((resolve) => {
      const source = new EventSource(url + target);
      source.onmessage = ({ data }) => resolve(JSON.parse(data).type);
      source.onerror = () => {
        source.close();
        resolve('error');
      };
    });
  const helloOf = (target: string, protocols: string[] = []) =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(url.replace('http', 'ws') + target, protocols);
      socket.onmessage = ({ data }) => resolve(`${data}, by ${socket.protocol}`);
      socket.onerror = () => resolve('error');
    });

  const refused = await fetch(`${url}/auth`);
  const ticket = await ticketFor({ path: '/event' });
  const events: string[] = [];
  const source = new EventSource(`${url}/event?ticket=${ticket}`);
  await new Promise<void>((resolve) => {
    source.onmessage = async ({ data }) => {
      events.push(JSON.parse(data).type);
      if (events.length === 2) resolve();
      else await ask('/auth/new', { method: 'PUT', body: JSON.stringify({ type: 'api', key: 'made up' }) });
    };
  });
  return {
    read: (await ask('/auth')).status,
    withoutToken: refused.status,
    challenge: refused.headers.get('www-authenticate'),
    events,
    ticketAgain: await firstOf(`/event?ticket=${ticket}`),
    tokenInUrl: await firstOf(`/event?access_token=${token}`),
    bySubProtocol: await helloOf('/socket', [`holdfast.bearer.${token}`, 'events']),
    byTicket: await helloOf(`/socket?ticket=${await ticketFor({ path: '/socket', upgrade: true })}`),
    withoutAny: await helloOf('/socket'),
  };
}

async function attackFromPage({ url }: { url: string }) {
  const attempt = (target: string, init: RequestInit) =>
    fetch(url + target, init).then(
      ({ type, status }) => (type === 'opaque' ? type : String(status)),
      (error: unknown) => String(error),
    );
  const body = JSON.stringify({ type: 'api', key: 'evil' });
  return {
    read: await attempt('/auth?reveal=true', {}),
    readBlindly: await attempt('/auth?reveal=true', { mode: 'no-cors' }),
    health: await attempt('/global/health', {}),
    put: await attempt('/auth/before', { method: 'PUT', body }),
    postBlindly: await attempt('/auth/before', { method: 'POST', mode: 'no-cors', body }),
    events: await new Promise<string>((resolve) => {
      const source = new EventSource(`${url}/event`);
      source.onmessage = () => resolve('message');
      source.onerror = () => {
        source.close();
        resolve('error');
      };
    }),
    socket: await new Promise<string>((resolve) => {
      const socket = new WebSocket(`${url.replace('http', 'ws')}/socket`);
      socket.onmessage = () => resolve('message');
      socket.onerror = () => resolve('error');
    }),
  };
}

async function readOwnOrigin() {
  const response = await fetch('/auth?reveal=true');
  const body = JSON.stringify({ type: 'api', key: 'evil' });
  const put = await fetch('/auth/before', { method: 'PUT', body });
  const { error } = (await response.json()) as { error?: string };
  return { status: response.status, error, put: put.status };
}

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer, upgradeWebSocket, type WebSocketServerLike } from '@hono/node-server';
import { Hono } from 'hono';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { newGuard } from '../guard/guard.test.helper.js';
import { honoGuard } from './hono.js';
import { guardUpgrades } from './upgrade.js';

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Two ways to serve a WebSocket behind the guard: at the event of node:http, and by Hono's own helper. */
const servers = {
  'the upgrade event': async (seen: IncomingMessage[]) => {
    const guarded = newGuard();
    const server = createServer();
    const sockets = new WebSocketServer({ noServer: true });
    guardUpgrades(guarded.guard, server, (request, socket, head) => {
      seen.push(request);
      sockets.handleUpgrade(request, socket, head, (client) => client.send('hello'));
    });
    return { ...guarded, url: await listening(server) };
  },
  'Hono on Node': async (seen: IncomingMessage[]) => {
    const guarded = newGuard();
    const app = new Hono<{ Bindings: { incoming: IncomingMessage } }>().use(honoGuard(guarded.guard)).get(
      '*',
      upgradeWebSocket((context) => {
        seen.push(context.env.incoming);
        return { onOpen: (_, client) => client.send('hello') };
      }),
    );
    // Its types ask for more than ws has where optional properties are exact.
    const websocket = { server: new WebSocketServer({ noServer: true }) as unknown as WebSocketServerLike };
    const server = createAdaptorServer({ fetch: app.fetch, websocket }) as Server;
    return { ...guarded, url: await listening(server) };
  },
};

/** @returns the first message, or the status of the refusal */
async function connect(url: string, protocols: string[] = [], headers: Record<string, string> = {}) {
  const client = new WebSocket(url, protocols, { headers });
  client.on('error', () => {});
  onTestFinished(() => client.terminate());
  const refused = once(client, 'unexpected-response').then(([, response]) => response as IncomingMessage);
  const first = once(client, 'message').then(([data]) => String(data));
  const outcome = await Promise.race([first, refused]);
  return { client, outcome: typeof outcome === 'string' ? outcome : outcome.statusCode, response: outcome };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe.each(Object.entries(servers))('a WebSocket, by %s', (_, serve) => {
  it('a WebSocket opens with a token in the header or in a sub-protocol, and once with a ticket', async () => {
    const { url, tokens, guard } = await serve([]);
    const token = tokens.add('read', 'execute');
    expect(await connect(url, [], bearer(token))).toMatchObject({ outcome: 'hello' });
    expect(await connect(url, [`holdfast.bearer.${token}`, 'events'])).toMatchObject({ outcome: 'hello' });
    const owner = tokens.verify(token) ?? expect.fail();
    const issued = guard.issueTicket(owner, { path: '/x', upgrade: true });
    const target = `${url}/x?ticket=${'ticket' in issued ? issued.ticket : ''}`;
    expect(await connect(target)).toMatchObject({ outcome: 'hello' });
    expect(await connect(target)).toMatchObject({ outcome: 401 });
  });

  it('the protocol that carries the token is not selected, and is removed from the request', async () => {
    const seen: IncomingMessage[] = [];
    const { url, tokens } = await serve(seen);
    const token = tokens.add('read', 'execute');
    const { client } = await connect(url, [`holdfast.bearer.${token}`, 'events', 'others']);
    expect(client.protocol).toBe('events');
    expect(JSON.stringify([seen[0]?.headers, seen[0]?.rawHeaders])).not.toContain(token);
  });

  it('a WebSocket is refused without a token, without execute, to another origin, and for another host', async () => {
    const seen: IncomingMessage[] = [];
    const { url, tokens } = await serve(seen);
    const all = bearer(tokens.add('read', 'write', 'execute'));
    expect(await connect(url)).toMatchObject({ outcome: 401 });
    expect(await connect(url, [], bearer(tokens.add('read', 'write')))).toMatchObject({ outcome: 403 });
    expect(await connect(url, [], { ...all, origin: 'https://evil.example' })).toMatchObject({
      outcome: 403,
    });
    expect(await connect(url, [], { ...all, host: 'evil.example' })).toMatchObject({ outcome: 403 });
    expect(seen).toEqual([]);
  });

  it('a WebSocket closes when its token is revoked, and that of another token stays open', async () => {
    const { url, tokens } = await serve([]);
    const [revoked, other] = [tokens.add('read', 'execute'), tokens.add('read', 'execute')];
    const { client } = await connect(url, [], bearer(revoked));
    const { client: kept } = await connect(url, [], bearer(other));
    const closed = once(client, 'close');
    tokens.revoke(revoked);
    await closed;
    expect(kept.readyState).toBe(WebSocket.OPEN);
  });
});

it('a refused upgrade is answered with the challenge, as any request is', async () => {
  const { url } = await servers['the upgrade event']([]);
  const { response } = await connect(url);
  if (typeof response === 'string') expect.fail('it was let in');
  expect(response.headers).toMatchObject({
    'www-authenticate': 'Bearer realm="holdfast"',
    'cache-control': 'no-store',
  });
  let body = '';
  for await (const chunk of response) body += chunk;
  expect(JSON.parse(body)).toMatchObject({ error: 'unauthorized' });
});

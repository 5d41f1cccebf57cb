import { once } from 'node:events';
import { connect, createServer, type Http2Server, type OutgoingHttpHeaders } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { describe, expect, it, onTestFinished } from 'vitest';
import { newGuard } from '../guard/guard.test.helper.js';
import { honoGuard } from './hono.js';
import { admit } from './node-http.js';

/** A client of HTTP/2 that sends the fields that it is given, and no others. */
async function clientOf(server: Http2Server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(() => {
    client.destroy();
    server.close();
  });
  const open = (headers: OutgoingHttpHeaders) => client.request({ ':path': '/x', ...headers });
  return {
    open,
    async status(headers: OutgoingHttpHeaders): Promise<number> {
      const stream = open(headers);
      const [answer] = await once(stream, 'response');
      stream.resume();
      return Number(answer[':status']);
    },
  };
}

const servers = {
  'node:http2': (guard: ReturnType<typeof newGuard>['guard']) =>
    createServer((request, response) => {
      if (admit(guard, request, response) === undefined) return;
      if (request.url === '/long') response.write('begun');
      else response.end('ran');
    }),
  'Hono on node:http2': (guard: ReturnType<typeof newGuard>['guard']) => {
    const app = new Hono().use(honoGuard(guard));
    app.get(
      '/long',
      () => new Response(new ReadableStream({ start: (out) => out.enqueue(new Uint8Array(1)) })),
    );
    app.all('*', (context) => context.text('ran'));
    return createAdaptorServer({ fetch: app.fetch, createServer }) as Http2Server;
  },
};

describe.each(Object.entries(servers))('a request of HTTP/2, on %s', (_, serverOf) => {
  it('the authority of a request counts as its Host', async () => {
    const { guard, tokens } = newGuard({ hosts: ['own.example'] });
    const { status } = await clientOf(serverOf(guard));
    const authorization = `Bearer ${tokens.add('read')}`;
    expect(await status({ authorization })).toBe(200);
    expect(await status({ ':authority': 'own.example:1', authorization })).toBe(200);
    expect(await status({ ':authority': 'evil.example', authorization })).toBe(403);
    expect(await status({ ':path': '/pty', authorization })).toBe(403);
    expect(await status({ ':method': 'POST', authorization })).toBe(403);
    expect(await status({})).toBe(401);
  });

  it('a Host that differs from the authority is refused', async () => {
    const { guard, tokens } = newGuard();
    const { status } = await clientOf(serverOf(guard));
    const authorization = `Bearer ${tokens.add('read')}`;
    const own = { ':authority': 'localhost', authorization };
    expect(await status({ ...own, host: 'localhost' })).toBe(200);
    expect(await status({ ...own, host: 'evil.example' })).toBe(400);
    expect(await status({ ':authority': 'evil.example', host: 'localhost', authorization })).toBe(400);
  });

  it('a stream ends when its token is revoked', async () => {
    const { guard, tokens } = newGuard();
    const { open } = await clientOf(serverOf(guard));
    const token = tokens.add('read');
    const stream = open({ ':path': '/long', authorization: `Bearer ${token}` });
    await once(stream, 'data');
    tokens.revoke(token);
    await expect(once(stream.resume(), 'close')).rejects.toThrow('NGHTTP2_INTERNAL_ERROR');
  });
});

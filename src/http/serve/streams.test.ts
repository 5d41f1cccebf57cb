import { describe, expect, it, vi } from 'vitest';
import { createAuth } from '../../credentials/auth.js';
import { eventually } from '../../waiting.test.helper.js';
import { eventsOf, newServer } from './serve.test.helper.js';

type Server = Awaited<ReturnType<typeof newServer>>;

/** One stream of events, open once its first event has come. */
async function open({ url }: Server, token: string, ask: typeof fetch = fetch) {
  const gone = new AbortController();
  const headers = { authorization: `Bearer ${token}` };
  const response = await ask(`${url}/event`, { headers, signal: gone.signal });
  if (!response.ok) return { response };
  const events = eventsOf(response);
  await events.next();
  return { response, next: async () => (await events.next()).value, leave: () => gone.abort() };
}

const many = (count: number, server: Server, token: string, ask?: typeof fetch) =>
  Promise.all(Array.from({ length: count }, () => open(server, token, ask)));

/** A server on a store whose watches are counted. */
async function newCountedServer() {
  const server = await newServer();
  const { file } = server;
  const store = createAuth({ file, env: {} });
  let open = 0;
  const began = vi.fn();
  const watch: typeof store.watch = (...args) => {
    began();
    open++;
    const end = store.watch(...args);
    return () => {
      open--;
      end();
    };
  };
  const counted = await newServer({ store: { ...store, watch } });
  return { counted, store, began, isOpen: () => open };
}

describe('one watch of the store', () => {
  it('one watch serves all streams, begins with the first and ends with the last', async () => {
    const { counted, store, began, isOpen } = await newCountedServer();
    expect(began).not.toHaveBeenCalled();
    const token = counted.tokens.add('read');
    const streams = await many(20, counted, token);
    expect(began).toHaveBeenCalledOnce();
    await store.set('a', { type: 'api', key: 'k' });
    const told = { type: 'credentials.changed', properties: { changed: ['a'], removed: [] } };
    for (const { next } of streams) expect(await next?.()).toEqual(told);
    for (const { leave } of streams.slice(1)) leave?.();
    await store.set('b', { type: 'api', key: 'k' });
    expect(await streams[0]?.next?.()).toMatchObject({ properties: { changed: ['b'] } });
    expect(isOpen()).toBe(1);
    streams[0]?.leave?.();
    await eventually(() => expect(isOpen()).toBe(0));
    const again = await open(counted, token);
    expect(began).toHaveBeenCalledTimes(2);
    await store.remove('a');
    expect(await again.next?.()).toMatchObject({ properties: { removed: ['a'] } });
    await store.close();
  });

  it('a HEAD request begins no watch and does not count as a stream', async () => {
    const { counted, began } = await newCountedServer();
    const token = counted.tokens.add('read');
    const heads = Array.from({ length: 70 }, () => counted.ask(token, 'HEAD', '/event'));
    for (const { status, headers } of await Promise.all(heads)) {
      expect(status).toBe(200);
      expect(headers.get('content-type')).toContain('text/event-stream');
    }
    expect(began).not.toHaveBeenCalled();
    expect(await open(counted, token)).toMatchObject({ response: { status: 200 } });
  });
});

describe('the number of streams', () => {
  it('one token has 64 streams at most, other tokens have theirs, and a stream that ends makes room', async () => {
    const server = await newServer();
    const [greedy, other] = [server.tokens.add('read'), server.tokens.add('read')];
    const streams = await many(64, server, greedy);
    const { response } = await open(server, greedy);
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('10');
    expect(await response.json()).toMatchObject({
      error: 'too_many_requests',
      error_description: expect.stringContaining('64'),
    });
    expect(await open(server, other)).toMatchObject({ response: { status: 200 } });
    streams[0]?.leave?.();
    await eventually(async () => expect((await open(server, greedy)).response.status).toBe(200));
    expect((await open(server, greedy)).response.status).toBe(429);
  });

  it('all tokens together have 512 streams at most, and revoking a token makes room', async () => {
    const server = await newServer();
    const tokens = Array.from({ length: 9 }, () => server.tokens.add('read'));
    // Without a connection for each, which takes longer than all the rest.
    const within: typeof fetch = async (...request) => server.app.fetch(new Request(...request));
    for (const token of tokens.slice(0, 8))
      for (const { response } of await many(64, server, token, within)) expect(response.status).toBe(200);
    expect(await open(server, tokens[8] ?? '')).toMatchObject({ response: { status: 429 } });
    server.tokens.revoke(tokens[0] ?? '');
    await eventually(async () => expect((await open(server, tokens[8] ?? '')).response.status).toBe(200));
  });
});

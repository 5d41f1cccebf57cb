import { describe, expect, it, vi } from 'vitest';
import { createAuth } from '../../credentials/auth.js';
import { eventually } from '../../waiting.test.helper.js';
import { eventsOf, newServer } from './serve.test.helper.js';

const entry = { type: 'api', key: 'CANARY' } as const;

async function connect(server: Awaited<ReturnType<typeof newServer>>, target = '/event') {
  const token = server.tokens.add('read');
  const headers: Record<string, string> = target === '/event' ? { authorization: `Bearer ${token}` } : {};
  const gone = new AbortController();
  const response = await fetch(server.url + target, { headers, signal: gone.signal });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const events = eventsOf(response);
  expect((await events.next()).value).toEqual({ type: 'server.connected', properties: {} });
  return { token, events, leave: () => gone.abort() };
}

describe('the stream of events', () => {
  it('the stream names what any process changes, and never has a value', async () => {
    const server = await newServer();
    const { events } = await connect(server);
    const another = createAuth({ file: server.file, env: {} });
    await another.set('anthropic', entry);
    const changed = { changed: ['anthropic'], removed: [] };
    expect((await events.next()).value).toEqual({ type: 'credentials.changed', properties: changed });
    await another.remove('anthropic');
    const removed = { changed: [], removed: ['anthropic'] };
    expect((await events.next()).value).toEqual({ type: 'credentials.changed', properties: removed });
    await another.close();
  });

  it('a stream breaks off when its token is revoked, and other streams go on', async () => {
    const server = await newServer();
    const [revoked, other] = [await connect(server), await connect(server)];
    server.tokens.revoke(revoked.token);
    await expect(revoked.events.next()).rejects.toThrow();
    await server.store.set('a', entry);
    expect((await other.events.next()).value).toMatchObject({ type: 'credentials.changed' });
  });

  it('a stream ends when the server stops', async () => {
    const stopping = new AbortController();
    const server = await newServer({ stopping: stopping.signal });
    const { events } = await connect(server);
    stopping.abort();
    expect(await events.next()).toMatchObject({ done: true });
    await server.server.close();
  });

  it('the watch of the store ends when the client is gone', async () => {
    const ends = vi.fn();
    const nothing = async () => ({});
    const store = {
      get: nothing,
      all: nothing,
      set: async () => {},
      remove: async () => {},
      watch: () => ends,
    };
    const { leave } = await connect(await newServer({ store }));
    expect(ends).not.toHaveBeenCalled();
    leave();
    await eventually(() => expect(ends).toHaveBeenCalledOnce());
  });

  it('a slow client gets all pending changes in one event', async () => {
    const listeners: ((changes: { changed: string[]; removed: string[] }) => void)[] = [];
    const nothing = async () => ({});
    const server = await newServer({
      store: {
        get: nothing,
        all: nothing,
        set: async () => {},
        remove: async () => {},
        watch: (listener) => {
          listeners.push(listener);
          return () => {};
        },
      },
    });
    const { events } = await connect(server);
    for (let n = 0; n < 1000; n++) listeners[0]?.({ changed: ['a', 'b'], removed: n % 2 ? ['c'] : ['d'] });
    listeners[0]?.({ changed: ['c'], removed: ['a'] });
    const properties = { changed: ['b', 'c'], removed: ['d', 'a'] };
    expect((await events.next()).value).toEqual({ type: 'credentials.changed', properties });
  });

  it('a stream opens with a ticket once, and a bad request for a ticket is refused', async () => {
    const server = await newServer();
    const token = server.tokens.add('read');
    const answer = await server.ask(token, 'POST', '/ticket', { path: '/event' });
    const { ticket, expiresInSeconds } = answer.json();
    expect(expiresInSeconds).toBe(30);
    await connect(server, `/event?ticket=${ticket}`);
    expect(await server.ask(undefined, 'GET', `/event?ticket=${ticket}`)).toMatchObject({ status: 401 });
    for (const body of [
      undefined,
      '',
      '{',
      {},
      { path: 1 },
      { path: '//event' },
      { path: '/event', upgrade: 'x' },
    ])
      expect(await server.ask(token, 'POST', '/ticket', body)).toMatchObject({ status: 400 });
    expect(await server.ask(token, 'POST', '/ticket', { path: '/pty' })).toMatchObject({ status: 403 });
  });
});

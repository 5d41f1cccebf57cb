import { beforeAll, describe, expect, it } from 'vitest';
import { failureOf } from '../conformance/case.js';
import { openStore, openTokens, type StoreEvent } from '../index.js';
import { eventually } from '../waiting.test.helper.js';
import { postgres } from './index.js';
import { lacksPostgres, newServer, type Server, sharedServer } from './server.test.helper.js';

describe.skipIf(lacksPostgres())('what a store on PostgreSQL reports of its hosts', () => {
  let server: Server;
  beforeAll(async () => {
    server = await newServer();
  });

  it('a server that is stopped leaves it degraded, and one that goes on lets it resume, for tokens as well', async () => {
    const options = { ...server.options(), attemptMs: 500 };
    const { place } = postgres(options);
    const events: { ofStore: StoreEvent[]; ofTokens: StoreEvent[] } = { ofStore: [], ofTokens: [] };
    await using store = openStore(postgres(options), { onEvent: (event) => events.ofStore.push(event) });
    await using tokens = openTokens(postgres(options), { onEvent: (event) => events.ofTokens.push(event) });
    const last = () => Object.values(events).map((all) => all.at(-1));
    await store.set('a', 'CANARY');
    await tokens.check((await tokens.create()).token);
    server.signal('SIGSTOP');
    expect((await failureOf(() => store.get('a', { deadlineMs: 1000 }))).code).toBe('E_UNAVAILABLE');
    const degraded = { type: 'degraded', file: place, reason: expect.any(String) };
    // Tokens ask by themselves.
    await eventually(() => expect(last()).toEqual([degraded, degraded]));
    server.signal('SIGCONT');
    expect(await store.get('a')).toBe('CANARY');
    const resumed = { type: 'resumed', file: place, afterMs: expect.any(Number) };
    await eventually(() => expect(last()).toEqual([resumed, resumed]));
    expect(JSON.stringify(events)).not.toContain('CANARY');
  });

  it('another host that answers is reported, and a listener that throws is no failure', async () => {
    const other = await sharedServer();
    const options = { ...server.options(), hosts: [server.host, other.host] };
    const events: StoreEvent[] = [];
    const onEvent = (event: StoreEvent) => {
      events.push(event);
      throw new Error('of the listener');
    };
    await using store = openStore(postgres(options), { onEvent, deadlineMs: 60_000 });
    await store.set('a', 1);
    server.signal('SIGKILL');
    await store.get('a');
    const { place } = postgres(options);
    expect(events).toContainEqual({ type: 'moved', file: place, from: server.host, to: other.host });
  });
});

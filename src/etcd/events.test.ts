import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { failureOf } from '../conformance/case.js';
import { openStore, openTokens, type StoreEvent } from '../index.js';
import { long } from '../tiers.test.helper.js';
import { eventually, until } from '../waiting.test.helper.js';
import { type Cluster, lacksEtcd, newCluster } from './cluster.test.helper.js';
import { etcd } from './index.js';

describe.skipIf(lacksEtcd())('what a store on etcd reports of its members', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await newCluster(1);
  });

  it('a member that is stopped leaves it degraded, and one that goes on lets it resume, for tokens as well', async () => {
    const options = { endpoints: cluster.endpoints, prefix: cluster.prefix(), attemptMs: 500 };
    const events: { ofStore: StoreEvent[]; ofTokens: StoreEvent[] } = { ofStore: [], ofTokens: [] };
    await using store = openStore(etcd(options), { onEvent: (event) => events.ofStore.push(event) });
    await using tokens = openTokens(etcd(options), { onEvent: (event) => events.ofTokens.push(event) });
    const last = () => Object.values(events).map((all) => all.at(-1));
    await store.set('a', 'CANARY');
    await tokens.check((await tokens.create()).token);
    cluster.signal(0, 'SIGSTOP');
    expect((await failureOf(() => store.get('a', { deadlineMs: 1000 }))).code).toBe('E_UNAVAILABLE');
    const degraded = { type: 'degraded', file: etcd(options).place, reason: expect.any(String) };
    // Tokens ask by themselves.
    await eventually(() => expect(last()).toEqual([degraded, degraded]));
    cluster.signal(0, 'SIGCONT');
    expect(await store.get('a')).toBe('CANARY');
    const resumed = { type: 'resumed', file: etcd(options).place, afterMs: expect.any(Number) };
    await eventually(() => expect(last()).toEqual([resumed, resumed]));
    expect(JSON.stringify(events)).not.toContain('CANARY');
  });

  it('another member that answers is reported, and a listener that throws is a warning and no failure', async () => {
    // Two clusters of one: what is reported does not depend on what they agree about.
    const clusters = [cluster, await newCluster(1)];
    const endpoints = clusters.flatMap((one) => one.endpoints);
    const warnings: string[] = [];
    const onWarning = ({ message }: Error) => void warnings.push(message);
    process.on('warning', onWarning);
    onTestFinished(() => void process.off('warning', onWarning));
    const events: StoreEvent[] = [];
    const onEvent = (event: StoreEvent) => {
      events.push(event);
      throw new Error('of the listener');
    };
    await using store = openStore(etcd({ endpoints, prefix: 'x' }), { onEvent, deadlineMs: 60_000 });
    await store.get('a');
    // Whichever it has begun with: in the end it is at the first one.
    for (const one of clusters) {
      one.signal(0, 'SIGKILL');
      await store.get('a');
      one.start(0);
      await one.ready();
    }
    const [to, from] = endpoints.map((endpoint) => new URL(endpoint).host);
    const moves = events.filter(({ type }) => type === 'moved');
    expect(moves.at(-1)).toEqual({ type: 'moved', file: expect.stringContaining('/x'), from, to });
    await until(() => warnings.includes('of the listener'));
  });

  it('a majority that is killed is reported, and that one is there again', long, async () => {
    const three = await newCluster(3);
    const events: StoreEvent[] = [];
    const options = { endpoints: three.endpoints, prefix: three.prefix(), attemptMs: 1000 };
    await using store = openStore(etcd(options), {
      onEvent: (event) => events.push(event),
      deadlineMs: 60_000,
    });
    await store.set('a', 1);
    three.signal(0, 'SIGKILL');
    three.signal(1, 'SIGKILL');
    const waiting = store.set('b', 2);
    await until(() => events.some(({ type }) => type === 'degraded'));
    three.start(0);
    three.start(1);
    await waiting;
    expect(events.map(({ type }) => type)).toContain('resumed');
  });
});

import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { failureOf } from '../conformance/case.js';
import { openStore, type Store } from '../index.js';
import { eventually, passTime, patienceMs, patient, until } from '../waiting.test.helper.js';
import { type Cluster, lacksEtcd, newCluster } from './cluster.test.helper.js';
import { etcd } from './index.js';
import { type Fate, unreliable } from './unreliable.test.helper.js';

/** A promise, and the function that resolves it. */
function gate(): { closed: Promise<void>; open: () => void } {
  let open = () => {};
  const closed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { closed, open };
}

const isRefused = (endpoint: string) =>
  fetch(endpoint).then(
    () => false,
    () => true,
  );

/** So many that the test takes them away before they are used up. */
const always = (fate: Fate) => Array.from({ length: 1000 }, () => fate);

const pairs = (keys: readonly string[], value: unknown) => keys.map((key): [string, unknown] => [key, value]);

describe.skipIf(lacksEtcd())('a commit whose answer is lost', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await newCluster();
  });

  /** A store on a network with such fates from its second commit on, and one on a network without. */
  async function newStores(...fates: Fate[]) {
    return newHasty(patienceMs, ...fates);
  }

  /** The same, with so much time for a commit when that of its caller is over. */
  async function newHasty(graceMs: number, ...fates: Fate[]) {
    const prefix = cluster.prefix();
    const { engine, network } = unreliable(cluster.endpoints, prefix, graceMs);
    const store = openStore(engine);
    const other = openStore(etcd({ endpoints: cluster.endpoints, prefix }));
    onTestFinished(async () => {
      await Promise.all([store.close(), other.close()]);
    });
    await store.set('begin', true);
    network.fates.push(...fates);
    return { store, other, network, prefix };
  }

  /** How often the store was committed to. */
  async function commitsOf(prefix: string): Promise<number> {
    const key = Buffer.from(`${prefix}/h`).toString('base64');
    const { kvs } = (await cluster.call('/v3/kv/range', { key })) as { kvs: { version: string }[] };
    return Number(kvs[0]?.version);
  }

  const add = (store: Store, options = {}) => store.update('n', (old) => Number(old ?? 0) + 1, options);

  it('a write is acknowledged and done once, however often its answer is lost', async () => {
    const { store, other, prefix } = await newStores('lose', 'lose', 'lose');
    await store.set('a', 1);
    expect(await other.all()).toEqual({ begin: true, a: 1 });
    expect(await commitsOf(prefix)).toBe(2);
  });

  it('an update is done once, though its answer is lost', async () => {
    // The read that comes before it passes.
    const { store, other, prefix } = await newStores('pass', 'lose', 'lose');
    expect(await add(store)).toBe(1);
    expect(await add(store)).toBe(2);
    expect(await other.get('n')).toBe(2);
    expect(await commitsOf(prefix)).toBe(3);
  });

  it('updates and sets of several stores at once lose no step', async () => {
    const { store, other } = await newStores();
    const adds = [store, other].map(async (one) => {
      for (let n = 0; n < 8; n++) await add(one);
    });
    await Promise.all([...adds, store.set('a', 1), other.set('b', 2)]);
    expect(await store.all()).toEqual({ begin: true, n: 16, a: 1, b: 2 });
  });

  it('a request that arrives after its retry was acknowledged changes nothing', async () => {
    const { closed, open } = gate();
    const { store, other, network } = await newStores(closed);
    await store.set('a', 1);
    await other.set('a', 2);
    open();
    await Promise.all(network.late);
    expect(await other.get('a')).toBe(2);
    await store.set('b', 3);
    expect(await other.all()).toEqual({ begin: true, a: 2, b: 3 });
  });

  it('a write that is out of time is taken back: E_TIMEOUT is definite, and the late request changes nothing', async () => {
    const { closed, open } = gate();
    const { store, other, network } = await newStores(...always(closed));
    const failing = failureOf(() => store.set('a', 1, patient));
    await until(() => network.late.length > 0);
    passTime(patient.deadlineMs);
    network.fates.length = 0;
    const error = await failing;
    expect([error.code, error.definite]).toEqual(['E_TIMEOUT', true]);
    open();
    await Promise.all(network.late);
    expect(await other.all()).toEqual({ begin: true });
    await store.set('a', 2);
    expect(await other.get('a')).toBe(2);
  });

  it('a write that is out of time, and was done all the same, is acknowledged', async () => {
    const { store, other, network } = await newStores(...always('lose'));
    const done = store.set('a', 1, patient);
    await until(() => network.lost > 0);
    passTime(patient.deadlineMs);
    network.fates.length = 0;
    await done;
    expect(await other.get('a')).toBe(1);
  });

  it('a write of which no member says any more how it ended is E_UNKNOWN, and the next one is done', async () => {
    const { store, other, network } = await newHasty(100, ...always('lose'));
    const failing = failureOf(() => store.set('a', 1, patient));
    await until(() => network.lost > 0);
    passTime(patient.deadlineMs);
    const error = await failing;
    expect([error.code, error.definite]).toEqual(['E_UNKNOWN', false]);
    network.fates.length = 0;
    await store.set('b', 2);
    expect(await other.all()).toEqual({ begin: true, a: 1, b: 2 });
  });

  it('a session that has ended between two commits is replaced, and no caller notices', async () => {
    const { store, other, prefix } = await newStores();
    const from = Buffer.from(`${prefix}/s/`).toString('base64');
    const to = Buffer.from(`${prefix}/s0`).toString('base64');
    await cluster.call('/v3/kv/deleterange', { key: from, range_end: to });
    await Promise.all([store.set('a', 1), add(store)]);
    expect(await other.all()).toEqual({ begin: true, a: 1, n: 1 });
  });

  it('a session that ends under a commit that was not answered makes it E_UNKNOWN', async () => {
    const { closed, open } = gate();
    const { store, network, prefix } = await newStores(...always(closed));
    const failing = failureOf(() => store.set('a', 1, patient));
    await until(() => network.late.length > 0);
    const from = Buffer.from(`${prefix}/s/`).toString('base64');
    const to = Buffer.from(`${prefix}/s0`).toString('base64');
    await cluster.call('/v3/kv/deleterange', { key: from, range_end: to });
    network.fates.length = 0;
    const error = await failing;
    expect([error.code, error.definite]).toEqual(['E_UNKNOWN', false]);
    open();
    await Promise.all(network.late);
  });

  it('without a member that answers, calls fail with E_UNAVAILABLE, which is definite', async () => {
    // No program listens there.
    const gone = openStore(etcd({ endpoints: ['http://127.0.0.1:1'], prefix: 'x' }), { deadlineMs: 300 });
    onTestFinished(() => gone.close());
    // On a busy machine a call may end before its first try does. Later ones know what the last try has met.
    const said = async () => (await failureOf(() => gone.get('a'))).message;
    await eventually(async () => expect(await said()).toMatch(/ECONNREFUSED/));
    for (const call of [() => gone.get('a'), () => gone.set('a', 1), () => add(gone)]) {
      const error = await failureOf(call);
      expect([error.code, error.definite]).toEqual(['E_UNAVAILABLE', true]);
      expect(error.message).toMatch(/127\.0\.0\.1:1.*is not available.*ECONNREFUSED/s);
    }
  });

  it('a write that found no member is E_UNAVAILABLE, and what was acknowledged is there after all members were killed', async () => {
    const { store, other } = await newStores();
    await store.set('a', 1);
    cluster.signal(0, 'SIGKILL');
    await until(() => isRefused(cluster.endpoints[0] ?? ''));
    // First a read: by an old connection, a write might have reached the member.
    const short = { deadlineMs: 1000 };
    for (const call of [
      () => store.get('a', short),
      () => store.set('a', 2, short),
      () => add(store, short),
    ]) {
      const error = await failureOf(call);
      expect([error.code, error.definite]).toEqual(['E_UNAVAILABLE', true]);
    }
    cluster.start(0);
    await cluster.ready();
    expect(await other.all()).toEqual({ begin: true, a: 1 });
    await store.set('a', 3);
    expect(await other.get('a')).toBe(3);
  });

  it('more changes at once than one commit may have are committed in several', async () => {
    const { store, other, prefix } = await newStores();
    const keys = Array.from({ length: 300 }, (_, n) => `k${n}`);
    await Promise.all(keys.map((key) => store.set(key, key)));
    expect(Object.keys(await other.all())).toHaveLength(301);
    expect(await commitsOf(prefix)).toBeLessThan(10);
    const many = await failureOf(() => store.transaction(pairs(keys, 2)));
    expect([many.code, many.definite]).toEqual(['E_INPUT', true]);
    expect(await other.get('k0')).toBe('k0');
    const large = 'x'.repeat(250_000);
    const heavy = await failureOf(() => store.transaction(pairs(keys.slice(0, 5), large)));
    expect(heavy.message).toMatch(/1024 KiB at most/);
    await Promise.all(keys.slice(0, 5).map((key) => store.set(key, large)));
    expect(await other.get('k4')).toBe(large);
  });

  it('a key that is no Unicode is refused, and every other key is itself', async () => {
    const { store, other, prefix } = await newStores();
    expect((await failureOf(() => store.set('\ud800', 1))).code).toBe('E_INPUT');
    const odd = ['', '/', '%2F', 'a/b', '..', 'é\u{1f511}', 'with space', '__proto__'];
    await store.transaction(pairs(odd, 1));
    const all = await other.all();
    expect(Object.keys(all).toSorted()).toEqual([...odd, 'begin'].toSorted());
    for (const key of odd) expect(await other.get(key)).toBe(1);
    // What only another program can have written.
    const foreign = { key: Buffer.from(`${prefix}/e/%zz`).toString('base64'), value: 'MQ==' };
    await cluster.call('/v3/kv/put', foreign);
    await store.set('a', 1);
    const error = await failureOf(() => other.get('a'));
    expect([error.code, error.message]).toEqual(['E_CORRUPT', expect.stringMatching(/%zz/)]);
  });
});

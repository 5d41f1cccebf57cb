import { randomBytes } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { failureOf } from '../conformance/case.js';
import { openStore } from '../index.js';
import { lacksEtcd, newCluster, type SharedCluster, sharedCluster } from './cluster.test.helper.js';
import { etcd, reseal, type SealingKey } from './index.js';
import { Seal } from './seal.js';

const newKey = (id: string): SealingKey => ({ id, secret: randomBytes(32) });
const [old, next] = [newKey('old'), newKey('next')];
const text = JSON.stringify({ type: 'api', key: 'CANARY'.repeat(20) });

describe('a seal', () => {
  const seal = new Seal([next, old], 'team', 'place');
  const sealed = seal.seal('team/e/a', text);

  it('what was sealed opens at its place, by any key that the process has', () => {
    expect(seal.open('team/e/a', sealed)).toBe(text);
    expect(seal.open('team/e/a', new Seal([old], 'team', 'place').seal('team/e/a', text))).toBe(text);
    expect(seal.seal('team/e/a', text)).not.toBe(sealed);
    expect(sealed).toMatch(/^hf1\.next\.[\w-]+$/);
  });

  const at = (n: number, byte: string) => `${sealed.slice(0, n)}${byte}${sealed.slice(n + 1)}`;
  it.each([
    ['moved to another entry', 'team/e/b', sealed],
    ['plain', 'team/e/a', text],
    ['cut', 'team/e/a', sealed.slice(0, -30)],
    ['empty', 'team/e/a', 'hf1.next.'],
    ['changed at its begin', 'team/e/a', at(12, sealed[12] === 'A' ? 'B' : 'A')],
    ['changed in the middle', 'team/e/a', at(60, sealed[60] === 'A' ? 'B' : 'A')],
    ['lengthened by what no base64url has', 'team/e/a', `${sealed}!`],
    ['broken into two lines', 'team/e/a', `${sealed.slice(0, 60)}\n${sealed.slice(60)}`],
    ['followed by another part', 'team/e/a', `${sealed}.AAAA`],
    ['called that of another key', 'team/e/a', sealed.replace('next', 'old')],
    ['of an unknown key', 'team/e/a', sealed.replace('next', 'gone')],
    ['of another store', 'team/e/a', new Seal([next], 'other', 'place').seal('team/e/a', text)],
  ])('a value that was %s does not open, and the error shows nothing of it', (_, name, value) => {
    const opened = failureOf(() => seal.open(name, value));
    return opened.then((error) => {
      expect([error.code, error.definite]).toEqual(['E_CORRUPT', true]);
      expect(`${error.stack}${JSON.stringify(error)}`).not.toMatch(/CANARY/);
    });
  });

  it('keys of another length, without an id, or twice the same are refused', async () => {
    const wrong = [
      [{ id: 'a', secret: randomBytes(16) }],
      [{ id: 'a.b', secret: randomBytes(32) }],
      [newKey('a'), newKey('a')],
    ];
    for (const keys of wrong)
      expect((await failureOf(() => new Seal(keys, 'team', 'place'))).code).toBe('E_INPUT');
  });
});

describe.skipIf(lacksEtcd())('a sealed store', () => {
  async function newSealed(cluster: SharedCluster, ...keys: SealingKey[]) {
    const options = { endpoints: cluster.endpoints, prefix: cluster.prefix(), keys };
    const open = (...others: SealingKey[]) => {
      const store = openStore(etcd({ ...options, keys: others }));
      onTestFinished(() => store.close());
      return store;
    };
    return { options, open, store: open(...keys) };
  }

  /** All keys and values, as a reader of etcd finds them. */
  async function contentOf(cluster: SharedCluster): Promise<[key: string, value: string][]> {
    const all = { key: 'AA==', range_end: 'AA==' };
    const { kvs } = (await cluster.call('/v3/kv/range', all)) as { kvs: { key: string; value: string }[] };
    const textOf = (base64: string) => Buffer.from(base64, 'base64').toString();
    return kvs.map(({ key, value }) => [textOf(key), textOf(value)]);
  }

  it('no value is plain in etcd, keys are rotated while others read and write, and a wrong key is E_CORRUPT', async () => {
    const cluster = await newCluster();
    const { options, open, store } = await newSealed(cluster, old);
    await store.transaction([
      ['a', 'CANARY a'],
      ['b', 'CANARY b'],
    ]);
    expect(JSON.stringify(await contentOf(cluster))).not.toMatch(/CANARY/);

    // 1: all can open by the new key. 2: it seals. 3: every value is sealed by it. 4: the old one goes.
    const both = open(next, old);
    await both.set('b', 'CANARY new');
    expect((await failureOf(() => store.all())).message).toMatch(
      /"t\d+\/e\/b".*is sealed by the key "next", which this process does not have/,
    );
    expect(await reseal({ ...options, keys: [next, old] })).toBe(1);
    expect(await reseal({ ...options, keys: [next, old] })).toBe(0);
    const only = open(next);
    expect(await only.all()).toEqual({ a: 'CANARY a', b: 'CANARY new' });
    expect(await both.all()).toEqual({ a: 'CANARY a', b: 'CANARY new' });
    const entries = (await contentOf(cluster)).filter(([key]) => key.includes('/e/'));
    expect(entries.map(([, value]) => value.slice(0, 9))).toEqual(['hf1.next.', 'hf1.next.']);

    const none = await failureOf(() => open().all());
    expect([none.code, none.hint]).toEqual(['E_CORRUPT', expect.stringMatching(/give the keys/)]);
    // What can't be opened can be replaced.
    await store.set('a', 1);
    await store.remove('b');
    expect(await store.all()).toEqual({ a: 1 });

    const plain = await newSealed(cluster);
    await plain.store.set('c', 'CANARY');
    const sealing = { ...plain.options, keys: [next] };
    expect((await failureOf(() => plain.open(next).all())).message).toMatch(/is not sealed/);
    expect(await reseal(sealing)).toBe(1);
    expect(await plain.open(next).get('c')).toBe('CANARY');
  });

  it('a process that has read an entry before it is sealed anew goes on with it', async () => {
    const { options, store } = await newSealed(await sharedCluster(), old);
    const other = openStore(etcd({ ...options, keys: [next, old] }));
    onTestFinished(() => other.close());
    await store.set('n', 1);
    const step = () => other.update('n', (was) => Number(was) + 1);
    expect(await step()).toBe(2);
    await store.set('n', 2);
    expect(await other.get('n')).toBe(2);
    expect(await reseal({ ...options, keys: [next, old] })).toBe(1);
    expect(await step()).toBe(3);
  });
});

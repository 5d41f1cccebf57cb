import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openTokens, type TokensOptions } from '../index.js';
import { eventually } from '../waiting.test.helper.js';
import { lacksEtcd, type SharedCluster, sharedCluster } from './cluster.test.helper.js';
import { etcd } from './index.js';

describe.skipIf(lacksEtcd())('the last uses of tokens on etcd', () => {
  let cluster: SharedCluster;
  beforeAll(async () => {
    cluster = await sharedCluster();
  });
  const start = 1_800_000_000_000;
  const open = (prefix: string, options?: TokensOptions) => {
    const tokens = openTokens(etcd({ endpoints: cluster.endpoints, prefix }), options);
    onTestFinished(() => tokens.close());
    return tokens;
  };

  it('the last use on one host is listed on the others while both run, and the later of two uses wins', async () => {
    const prefix = cluster.prefix();
    const early = open(prefix, { now: () => start });
    const late = open(prefix, { now: () => start + 1000 });
    const { token, info } = await early.create();
    const { info: unused } = await early.create();
    const lastUse = async () => {
      const listed = await open(prefix).list();
      return Object.fromEntries(listed.map(({ id, lastUsedAt }) => [id, lastUsedAt]));
    };
    expect(await lastUse()).toEqual({ [info.id]: null, [unused.id]: null });
    expect((await late.check(token))?.id).toBe(info.id);
    await eventually(async () => expect(await lastUse()).toMatchObject({ [info.id]: start + 1000 }));
    expect((await early.check(token))?.id).toBe(info.id);
    await early.close();
    expect(await lastUse()).toEqual({ [info.id]: start + 1000, [unused.id]: null });
  });

  it('processes that note different uses at the same time lose none, and a deleted token leaves none behind', async () => {
    const prefix = cluster.prefix();
    const hosts = Array.from({ length: 6 }, () => open(prefix, { now: () => start }));
    const made = await Promise.all(hosts.map((host) => host.create()));
    for (const [n, host] of hosts.entries()) await host.check(made[n]?.token ?? '');
    await Promise.all(hosts.map((host) => host.close()));
    const tokens = open(prefix, { now: () => start });
    expect((await tokens.list()).map(({ lastUsedAt }) => lastUsedAt)).toEqual(made.map(() => start));
    for (const { info } of made) await tokens.delete(info.id);
    expect(await noteIn(prefix)).toBe('{}');
  });

  it('damaged notes are reported, every use before is unknown, and authentication goes on', async () => {
    const prefix = cluster.prefix();
    const events: unknown[] = [];
    const tokens = open(prefix, { now: () => start, onEvent: (event) => events.push(event) });
    const [{ token, info }, other] = [await tokens.create(), await tokens.create()];
    await put(prefix, 'no JSON');
    expect((await tokens.list()).map(({ lastUsedAt }) => lastUsedAt)).toEqual(['unknown', 'unknown']);
    expect(events).toMatchObject([{ type: 'unreadable', reason: expect.stringContaining('not JSON') }]);
    expect((await tokens.check(token))?.id).toBe(info.id);
    await tokens.close();
    const listed = await open(prefix).list();
    expect(Object.fromEntries(listed.map(({ id, lastUsedAt }) => [id, lastUsedAt]))).toEqual({
      [info.id]: start,
      [other.info.id]: 'unknown',
    });
  });

  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const keyOf = (prefix: string) => base64(`${prefix}/t/u`);

  async function noteIn(prefix: string): Promise<string> {
    const { kvs = [] } = (await cluster.call('/v3/kv/range', { key: keyOf(prefix) })) as {
      kvs?: { value: string }[];
    };
    return Buffer.from(kvs[0]?.value ?? '', 'base64').toString();
  }

  async function put(prefix: string, text: string): Promise<void> {
    await cluster.call('/v3/kv/put', { key: keyOf(prefix), value: base64(text) });
  }
});

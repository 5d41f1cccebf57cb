import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { StoreError } from '../errors/store-error.js';
import { openTokens } from '../index.js';
import { passTime } from '../waiting.test.helper.js';
import { lacksEtcd, type SharedCluster, sharedCluster } from './cluster.test.helper.js';
import { etcd } from './index.js';

/** Answers `unavailable` where nobody can be let in, and never that a token is unknown then. */
async function ask(tokens: ReturnType<typeof openTokens>, token: string): Promise<string> {
  try {
    return (await tokens.check(token))?.id ?? 'refused';
  } catch (error) {
    return (error as StoreError).code;
  }
}

describe.skipIf(lacksEtcd())('tokens on etcd', () => {
  let cluster: SharedCluster;
  beforeAll(async () => {
    cluster = await sharedCluster();
  });
  const open = (prefix: string) => {
    const tokens = openTokens(etcd({ endpoints: cluster.endpoints, prefix, attemptMs: 200 }));
    onTestFinished(() => tokens.close());
    return tokens;
  };

  it('a token that is deleted on one host is refused on the others as soon as that has returned, from memory', async () => {
    const prefix = cluster.prefix();
    const [maker, ...others] = [open(prefix), open(prefix), open(prefix)];
    for (let n = 0; n < 30; n++) {
      const { token, info } = await maker.create();
      for (const other of others) {
        expect(await ask(other, token)).toBe(info.id);
        // At once, without a question.
        expect(other.verify(token)?.id).toBe(info.id);
      }
      await maker.delete(info.id);
      for (const other of others) {
        expect(other.isLive(info.id)).toBe(false);
        expect(() => expect(other.verify(token)).toBeUndefined()).toThrow(/not answered yet/);
        expect(await ask(other, token)).toBe('refused');
        expect(other.verify(token)).toBeUndefined();
      }
    }
  });

  it('a rotated token without grace is refused on every host as soon as that has returned', async () => {
    const prefix = cluster.prefix();
    const [maker, other] = [open(prefix), open(prefix)];
    const { token, info } = await maker.create();
    expect(await ask(other, token)).toBe(info.id);
    const next = await maker.rotate(info.id, { graceMs: 0 });
    expect(other.isLive(info.id)).toBe(false);
    expect(await ask(other, next.token)).toBe(next.info.id);
  });

  it('a host whose confirmation is over lets nobody in until it has asked', async () => {
    const [maker, other] = [open(cluster.prefix()), open(cluster.prefix())];
    const prefix = cluster.prefix();
    const tokens = open(prefix);
    const { token, info } = await tokens.create();
    expect(await ask(tokens, token)).toBe(info.id);
    passTime(3000);
    expect(() => tokens.verify(token)).toThrow(/no majority/);
    expect(await ask(tokens, token)).toBe(info.id);
    await Promise.all([maker.close(), other.close()]);
  });
});

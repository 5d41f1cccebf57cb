import { expect, it } from 'vitest';
import { versionOf } from '../store/refresh/version.js';
import { long } from '../tiers.test.helper.js';
import { aWhile, until } from '../waiting.test.helper.js';
import { EtcdClaims } from './claims.js';
import { Etcd } from './client.js';
import { lacksEtcd, sharedCluster } from './cluster.test.helper.js';
import { settingsOf } from './options.js';

it.skipIf(lacksEtcd())(
  'a claim that its process no longer keeps alive ends by itself, one that it does keep stays',
  long,
  async () => {
    const cluster = await sharedCluster();
    const settings = settingsOf({ endpoints: cluster.endpoints, prefix: cluster.prefix() });
    const [ours, theirs] = [0, 1].map(() => new EtcdClaims(new Etcd(settings), settings)) as [
      EtcdClaims,
      EtcdClaims,
    ];
    const [version, other] = [versionOf('login', 'old'), versionOf('other', 'old')];
    const kept = await ours.acquire(other, undefined);
    await (await ours.acquire(version, undefined))?.fail();
    await until(async () => (await theirs.latest(version)) === undefined);
    await aWhile(6000);
    expect(await theirs.latest(other)).toMatchObject({ id: kept?.id });
    expect(kept?.isLost?.()).toBe(false);
    await kept?.drop();
  },
);

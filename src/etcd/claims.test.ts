import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { versionOf } from '../store/refresh/version.js';
import { passTime } from '../waiting.test.helper.js';
import { EtcdClaims } from './claims.js';
import { Etcd } from './client.js';
import { lacksEtcd, type SharedCluster, sharedCluster } from './cluster.test.helper.js';
import { settingsOf } from './options.js';
import { Unreliable } from './unreliable.test.helper.js';

describe.skipIf(lacksEtcd())('the claims to a refresh', () => {
  let cluster: SharedCluster;
  beforeAll(async () => {
    cluster = await sharedCluster();
  });

  /** Those of two processes. */
  function newClaims() {
    const settings = settingsOf({ endpoints: cluster.endpoints, prefix: cluster.prefix(), attemptMs: 100 });
    const network = new Unreliable({});
    const [ours, theirs] = [
      new EtcdClaims(new Etcd(settings, network), settings),
      new EtcdClaims(new Etcd(settings), settings),
    ];
    return { ours, theirs, network, version: versionOf('login', 'old') };
  }

  it('one process has a claim, and others see how far it is', async () => {
    const { ours, theirs, version } = newClaims();
    expect(await ours.latest(version)).toBeUndefined();
    const claim = await ours.acquire(version, undefined);
    expect(await theirs.acquire(version, undefined)).toBeUndefined();
    const seen = await theirs.latest(version);
    expect(seen).toMatchObject({ id: claim?.id, attempt: 0, state: 'asking', holder: { pid: process.pid } });
    expect(claim?.isLost?.()).toBe(false);
    await claim?.spend();
    expect(await theirs.latest(version)).toMatchObject({ id: claim?.id, state: 'spent' });
    // What was seen was another state: look again.
    expect(await theirs.acquire(version, seen)).toBeUndefined();
    const next = await theirs.acquire(version, await theirs.latest(version));
    expect(await ours.latest(version)).toMatchObject({ id: next?.id, attempt: 1 });
    // Late calls touch no claim but their own.
    await claim?.fail();
    await claim?.drop();
    expect(await ours.latest(version)).toMatchObject({ id: next?.id, state: 'asking' });
    await next?.drop();
    expect(await ours.latest(version)).toBeUndefined();
    expect(await ours.latest(versionOf('login', 'new'))).toBeUndefined();
  });

  it('a claim counts as lost after a time in which the machine was suspended, and its monotonic clock stood still', async () => {
    const { ours, version } = newClaims();
    const claim = await ours.acquire(version, undefined);
    const now = Date.now.bind(Date);
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => now() + 3_600_000);
    const isLost = claim?.isLost?.();
    clock.mockRestore();
    expect(isLost).toBe(true);
    await claim?.drop();
  });

  it('a claim counts as lost after its lease, whatever the clock of the wall says', async () => {
    const { ours, version } = newClaims();
    const claim = await ours.acquire(version, undefined);
    const now = Date.now.bind(Date);
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => now() - 3_600_000);
    onTestFinished(() => clock.mockRestore());
    expect(claim?.isLost?.()).toBe(false);
    passTime(6000);
    expect(claim?.isLost?.()).toBe(true);
    await claim?.drop();
  });

  it('a claim that was taken is known again, though the answer was lost', async () => {
    const { ours, theirs, network, version } = newClaims();
    network.fates.push('lose', 'lose');
    const claim = await ours.acquire(version, undefined);
    expect(await theirs.latest(version)).toMatchObject({ id: claim?.id });
    await claim?.drop();
  });

  it('a failure is left for those who wait, and a claim of an answer that could not be stored until it is removed', async () => {
    const { ours, theirs, version } = newClaims();
    const failed = await ours.acquire(version, undefined);
    await failed?.fail();
    expect(await theirs.latest(version)).toMatchObject({ id: failed?.id, state: 'failed' });
    const claim = await ours.acquire(version, await ours.latest(version));
    await claim?.keep();
    expect(await theirs.latest(version)).toMatchObject({ attempt: 1, state: 'unsaved' });
    // Another store of the same process has stored the answer.
    await theirs.remove(version, claim?.id ?? '');
    expect(await ours.latest(version)).toBeUndefined();
  });
});

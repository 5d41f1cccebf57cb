import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lacksEtcd, newCluster } from '../../../src/etcd/cluster.test.helper.js';
import { until } from '../../../src/waiting.test.helper.js';
import { open } from '../etcd.js';

// What was acknowledged after a snapshot is lost where that is restored, as is promised: so no run of stress can judge one.
describe.skipIf(lacksEtcd())('the members are restored, and count from there again', () => {
  it('a head that is compared by its text is another one, and one that is compared by its number is taken for what was known', async () => {
    const cluster = await newCluster();
    const [endpoint = ''] = cluster.endpoints;
    const directory = cluster.directory(0);
    const home = mkdtempSync(path.join(tmpdir(), 'holdfast-restored-'));
    onTestFinished(() => rmSync(home, { recursive: true }));
    const [file, snapshot] = [path.join(home, 'auth.json'), path.join(home, 'snapshot')];
    const openOne = (options: object) => {
      const store = open(file, { at: new URL(endpoint).host, ...options });
      onTestFinished(() => store.close());
      return store;
    };
    const restart = async (change: () => void) => {
      cluster.signal(0, 'SIGKILL');
      await until(() =>
        fetch(endpoint).then(
          () => false,
          () => true,
        ),
      );
      change();
      cluster.start(0);
      await cluster.ready();
    };

    await openOne({}).set('a', 'before');
    await restart(() => cpSync(directory, snapshot, { recursive: true }));
    await openOne({}).set('a', 'first');
    const stores = [openOne({}), openOne({ heads: 'counted' })];
    const found = () => Promise.all(stores.map((store) => store.get('a')));
    expect(await found()).toEqual(['first', 'first']);
    await restart(() => {
      rmSync(directory, { recursive: true });
      cpSync(snapshot, directory, { recursive: true });
    });
    await openOne({}).set('a', 'second');
    expect(await found()).toEqual(['second', 'first']);
  });
});

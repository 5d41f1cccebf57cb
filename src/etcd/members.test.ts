import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openStore } from '../index.js';
import { long } from '../tiers.test.helper.js';
import { until } from '../waiting.test.helper.js';
import { type Cluster, lacksEtcd, newCluster } from './cluster.test.helper.js';
import { etcd } from './index.js';

/** What happens to the member that leads, and how it comes back. */
const faults: [name: string, strike: (cluster: Cluster, leader: number) => Promise<void>][] = [
  [
    'stopped',
    async (cluster, leader) => {
      cluster.signal(leader, 'SIGSTOP');
      await sleep(4000);
      cluster.signal(leader, 'SIGCONT');
    },
  ],
  [
    'killed',
    async (cluster, leader) => {
      cluster.signal(leader, 'SIGKILL');
      await sleep(3000);
      cluster.start(leader);
    },
  ],
];

describe.skipIf(lacksEtcd())('three members', () => {
  it.each(faults)(
    'every acknowledged step is counted once and a watch goes on, while the leader is %s again and again',
    long,
    async (_, strike) => {
      const cluster = await newCluster(3);
      const prefix = cluster.prefix();
      const stores = [0, 1, 2].map(() =>
        openStore(etcd({ endpoints: cluster.endpoints, prefix, attemptMs: 300 })),
      );
      onTestFinished(async () => {
        await Promise.all(stores.map((store) => store.close()));
      });
      let isOver = false;
      const counts = stores.map(() => ({ acknowledged: 0, unknown: 0 }));
      const work = stores.map(async (store, n) => {
        const count = counts[n] ?? expect.fail();
        while (!isOver) {
          try {
            await store.update(`n${n % 2}`, (old) => Number(old ?? 0) + 1, { deadlineMs: 8000 });
            count.acknowledged++;
          } catch (error) {
            if (!(error as { definite: boolean }).definite) count.unknown++;
          }
        }
      });
      for (let round = 0; round < 3; round++) {
        const before = counts.reduce((sum, { acknowledged }) => sum + acknowledged, 0);
        await strike(cluster, await cluster.leader());
        await cluster.ready();
        await until(() => counts.reduce((sum, { acknowledged }) => sum + acknowledged, 0) > before);
      }
      isOver = true;
      await Promise.all(work);
      const [reader = expect.fail()] = stores;
      const { n0, n1 } = await reader.all();
      const sum = (name: 'acknowledged' | 'unknown') =>
        counts.reduce((total, count) => total + count[name], 0);
      const steps = Number(n0) + Number(n1);
      expect(steps).toBeGreaterThanOrEqual(sum('acknowledged'));
      expect(steps).toBeLessThanOrEqual(sum('acknowledged') + sum('unknown'));

      const news: unknown[] = [];
      let hasBegun = false;
      stores[1]?.watch((changes) => news.push(changes), {
        onBegin: () => {
          hasBegun = true;
        },
      });
      await until(() => hasBegun);
      const strikes = strike(cluster, await cluster.leader());
      await stores[2]?.set('told', true, { deadlineMs: 60_000 });
      await until(() => news.length > 0);
      await strikes;
    },
  );
});

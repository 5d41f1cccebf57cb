import { beforeAll, describe } from 'vitest';
import { testReadSets } from '../store/read-sets.test.helper.js';
import { type Cluster, lacksEtcd, newCluster } from './cluster.test.helper.js';
import { etcd } from './index.js';

describe.skipIf(lacksEtcd())('functions of two processes on etcd', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await newCluster(1);
  });
  testReadSets(() => etcd({ endpoints: cluster.endpoints, prefix: cluster.prefix() }));
});

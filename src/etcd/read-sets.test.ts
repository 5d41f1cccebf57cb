import { beforeAll, describe } from 'vitest';
import { testReadSets } from '../store/read-sets.test.helper.js';
import { lacksEtcd, type SharedCluster, sharedCluster } from './cluster.test.helper.js';
import { etcd } from './index.js';

describe.skipIf(lacksEtcd())('functions of two processes on etcd', () => {
  let cluster: SharedCluster;
  beforeAll(async () => {
    cluster = await sharedCluster();
  });
  testReadSets(() => etcd({ endpoints: cluster.endpoints, prefix: cluster.prefix() }));
});

import { beforeAll, describe } from 'vitest';
import { testReadSets } from '../store/read-sets.test.helper.js';
import { postgres } from './index.js';
import { lacksPostgres, type SharedServer, sharedServer } from './server.test.helper.js';

describe.skipIf(lacksPostgres())('functions of two processes on PostgreSQL', () => {
  let server: SharedServer;
  beforeAll(async () => {
    server = await sharedServer();
  });
  testReadSets(() => postgres(server.options()));
});

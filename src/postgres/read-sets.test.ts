import { beforeAll, describe } from 'vitest';
import { testReadSets } from '../store/read-sets.test.helper.js';
import { postgres } from './index.js';
import { lacksPostgres, newServer, type Server } from './server.test.helper.js';

describe.skipIf(lacksPostgres())('functions of two processes on PostgreSQL', () => {
  let server: Server;
  beforeAll(async () => {
    server = await newServer();
  });
  testReadSets(() => postgres(server.options()));
});

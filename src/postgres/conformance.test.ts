import path from 'node:path';
import { beforeAll, describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import { Lab } from '../conformance/case.js';
import { cases } from '../conformance/index.js';
import { long } from '../tiers.test.helper.js';
import './index.js';
import { lacksPostgres, type SharedServer, sharedServer } from './server.test.helper.js';

/** The contract of the store, the very same cases as on a file and on etcd. */
const program = path.join(inject('installation'), 'dist', 'src', 'conformance', 'programs.js');
const shared = cases.filter(({ needsFile }) => needsFile === undefined);

it('most cases of calls and processes are those of every store, and the others say why they need a file', () => {
  expect(shared.length).toBe(20);
});

describe.skipIf(lacksPostgres())('on PostgreSQL', () => {
  let server: SharedServer;
  beforeAll(async () => {
    // Also the processes that a case starts go by it.
    vi.stubEnv('HOLDFAST_STORE_USER', 'holdfast');
    server = await sharedServer();
  });

  for (const { name, run } of shared) {
    // What the short tier shows with the fewest processes.
    const tier = /processes with|processes that/.test(name) ? long : {};
    it(name, tier, async () => {
      const lab = new Lab(program, undefined, server.address());
      onTestFinished(() => lab.close());
      await run(lab);
    });
  }
});

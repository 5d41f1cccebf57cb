import path from 'node:path';
import { beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { Lab } from '../conformance/case.js';
import { cases } from '../conformance/index.js';
import { long } from '../tiers.test.helper.js';
import { lacksEtcd, newCluster, type SharedCluster, sharedCluster } from './cluster.test.helper.js';
import './index.js';

/** The contract of the store, the very same cases as on a file. */
const program = path.join(inject('installation'), 'dist', 'src', 'conformance', 'programs.js');
const shared = cases.filter(({ needsFile }) => needsFile === undefined);

it('most cases of calls and processes are those of every store, and the others say why they need a file', () => {
  expect(shared.length).toBe(20);
});

describe.skipIf(lacksEtcd()).each([
  { members: 1, options: {} },
  { members: 3, options: long },
])('on etcd with $members', ({ members, options }) => {
  let cluster: SharedCluster;
  beforeAll(async () => {
    cluster = members === 1 ? await sharedCluster() : await newCluster(members);
  });

  for (const { name, run } of shared) {
    // What the short tier shows with the fewest processes.
    const tier = /processes with|processes that/.test(name) ? long : {};
    it(name, { ...options, ...tier }, async () => {
      const lab = new Lab(program, undefined, cluster.address());
      onTestFinished(() => lab.close());
      await run(lab);
    });
  }
});

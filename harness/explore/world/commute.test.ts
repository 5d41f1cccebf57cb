import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { atLeast } from '../../../src/amount.test.helper.js';
import { nightly, propertyInTiers } from '../../../src/tiers.test.helper.js';
import { Random } from '../../workload/random.js';
import { quickDirectory } from '../workers/search-session.js';
import { tryInBothOrders } from './both-orders.test.helper.js';
import { Ground, type RealCall } from './commute.test.helper.js';

/**
 * How many pairs of calls are made, and from which seed on. For a long time:
 *
 *     HOLDFAST_PAIRS=100000 npx vitest run harness/explore/world/commute.test.ts
 */
const cases = { few: 200, many: atLeast(10_000, 'HOLDFAST_PAIRS') };
const firstSeed = Number(process.env.HOLDFAST_SEED ?? 1);

propertyInTiers(
  'two calls whose order matters on the real file system are said to conflict',
  cases,
  (pairs) => {
    const root = mkdtempSync(path.join(quickDirectory(), 'holdfast-commute-'));
    const ground = new Ground(root);
    onTestFinished(() => {
      ground.closeAll();
      rmSync(root, { recursive: true });
    });
    tryInBothOrders(firstSeed, pairs, (seed) => {
      const random = new Random(seed, 'commute');
      ground.prepare(random);
      const first = ground.pick(0, random);
      const calls: [RealCall, RealCall] = [first, ground.pick(1, random, first)];
      return {
        calls,
        accesses: (which) => ground.accesses(which, calls[which]),
        make: (which) => ground.make(which, calls[which]),
        state: () => [ground.state()],
      };
    });
  },
  nightly,
);

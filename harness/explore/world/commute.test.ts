import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { atLeast } from '../../../src/amount.test.helper.js';
import { nightly, propertyInTiers } from '../../../src/tiers.test.helper.js';
import { Random } from '../../workload/random.js';
import { quickDirectory } from '../workers/search-session.js';
import { Ground, type RealCall } from './commute.test.helper.js';
import { conflicts } from './footprint.js';

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
    let [different, harmless] = [0, 0];
    for (let seed = firstSeed; seed < firstSeed + pairs; seed++) {
      const prepare = (): [RealCall, RealCall] => {
        const random = new Random(seed, 'commute');
        ground.prepare(random);
        const first = ground.pick(0, random);
        return [first, ground.pick(1, random, first)];
      };
      /** @param first which of the two comes first */
      const inOrder = (first: 0 | 1) => {
        const calls = prepare();
        const second = first === 0 ? 1 : 0;
        const before = [ground.accesses(0, calls[0]), ground.accesses(1, calls[1])] as const;
        const results: string[] = [];
        results[first] = ground.make(first, calls[first]);
        const after = ground.accesses(second, calls[second]);
        results[second] = ground.make(second, calls[second]);
        return {
          found: [...results, ground.state()].join('\n'),
          // As both are about to be made, and as the second is when the first was.
          conflict: [conflicts(before[0], before[1]), conflicts(before[first], after)],
          calls,
        };
      };
      const [one, other] = [inOrder(0), inOrder(1)];
      const conflict = [...one.conflict, ...other.conflict];
      const matters = one.found !== other.found;
      if (matters) different++;
      else if (conflict.every((said) => !said)) harmless++;
      if (matters && conflict.some((said) => !said))
        expect.fail(`seed ${seed}: ${JSON.stringify(one.calls)} ${conflict}\n${one.found}\n\n${other.found}`);
    }
    console.log(`${pairs} pairs: the order of ${different} matters, ${harmless} may be made in any order`);
    expect(different).toBeGreaterThan(pairs / 50);
    expect(harmless).toBeGreaterThan(pairs / 3);
  },
  nightly,
);

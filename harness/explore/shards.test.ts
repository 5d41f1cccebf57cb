import { describe, expect, it } from 'vitest';
import { long } from '../../src/tiers.test.helper.js';
import type { Exploration } from './evidence/exploration.js';
import { explore, fixture } from './explore.test.helper.js';
import { executionOf, shareOf, strategyOf } from './plan.js';
import { type DonePart, mergeExplorations } from './report/merge-explorations.js';
import type { ExploreOptions } from './search/explore-options.js';
import { makeStrategy } from './search/index.js';

const partOf = (options: ExploreOptions, threads: number) => {
  const strategy = strategyOf(options, executionOf(options, 'naive'));
  const { threads: used, share } = shareOf(options, strategy, threads);
  return { strategy, shares: Array.from({ length: used }, (_, thread) => share(thread)) };
};

/** The numbers of the drawn schedules that one machine makes. */
function drawnBy(options: ExploreOptions, threads: number): number[] {
  const { strategy, shares } = partOf(options, threads);
  return shares.flatMap(({ index, of }) => {
    const search = makeStrategy(strategy, { index, of });
    const numbers: number[] = [];
    while (search.begin()) numbers.push(index + numbers.length * of);
    return numbers;
  });
}

describe('a search that is divided among machines', () => {
  it.each(['random', 'pct'] as const)(
    'all parts of a search by %s draw each schedule once, whatever threads each machine has',
    (strategy) => {
      const options = { strategy, schedules: 23, seed: 5 };
      const parts = [1, 2, 3, 4].map((index) => drawnBy({ ...options, shard: { index, of: 4 } }, index));
      expect(parts.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 23 }, (_, n) => n));
      expect(parts.map((numbers) => new Set(numbers.map((number) => number % 4)))).toEqual(
        [0, 1, 2, 3].map((n) => new Set([n])),
      );
    },
  );

  it('each thread of each machine has a part of the faults of its own', () => {
    const shares = [1, 2, 3].flatMap((index) => partOf({ crash: true, shard: { index, of: 3 } }, 2).shares);
    expect(shares.map(({ of }) => of)).toEqual([6, 6, 6, 6, 6, 6]);
    expect(shares.map(({ index }) => index).sort()).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('a search that can not be divided is refused, with what can be', () => {
    expect(() => partOf({ shard: { index: 1, of: 2 } }, 1)).toThrow(
      "by dpor without faults can't be divided among 2; give --strategy pct or random",
    );
    expect(() => partOf({ shard: { index: 3, of: 2 } }, 1)).toThrow('the shard is 3 of 2');
  });

  it(
    'all parts of a search that loses the power twice come to what one search does, and divide the disks',
    long,
    async () => {
      const options = {
        ...({ target: fixture('replaces.mjs'), clients: ['set a'], executor: 'sim' } as const),
        ...{ powerLoss: 2, powerStates: 8, stopAtFirst: false, onWarning: () => {} },
      };
      const one = await explore({ ...options });
      const parts: DonePart[] = [];
      for (const index of [1, 2])
        parts.push({ exploration: await explore({ ...options, shard: { index, of: 2 } }), isDone: true });
      const merged = mergeExplorations(parts, 2);
      expect([merged.outcomes, merged.result]).toEqual([one.outcomes, one.result]);
      expect(parts.map(({ exploration }) => (exploration.losses?.disks ?? 0) > 0)).toEqual([true, true]);
    },
  );

  const allParts = async (target: string, result: string) => {
    const options = {
      ...({ target, strategy: 'random', schedules: 24, seed: 3 } as const),
      ...({ executor: 'sim', stopAtFirst: false } as const),
    };
    const one = await explore(options);
    const parts: DonePart[] = [];
    for (const index of [1, 2])
      parts.push({ exploration: await explore({ ...options, shard: { index, of: 2 } }), isDone: true });
    expect(parts.map(({ exploration }) => [exploration.executions, exploration.shard])).toEqual([
      [12, { index: 1, of: 2 }],
      [12, { index: 2, of: 2 }],
    ]);
    expect(withoutTimes(mergeExplorations(parts, 2))).toEqual(withoutTimes(one));
    expect(one).toMatchObject({ executions: 24, result });
  };
  const title =
    'each part says which it is, and all parts of a search by random come to what one search does: executions, outcomes and verdict';
  it(title, () => allParts('textbook', 'valid'));
  it(`${title}, and failures`, long, () => allParts('naive', 'invalid'));
});

/** And which of its own executions it was, of each part's. */
function withoutTimes({ durationMs: _, executionsPerSecond: __, failures, ...found }: Exploration) {
  const [execution, afterMs] = [0, 0];
  return {
    ...found,
    failures: failures.map((one) => ({ ...one, found: { ...one.found, execution, afterMs } })),
  };
}

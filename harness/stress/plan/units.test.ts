import { describe, expect, it } from 'vitest';
import { defineScenario } from '../../core/scenario.js';
import { onNode } from '../../line/runtimes.js';
import { resolveTarget } from '../../targets/index.js';
import { type PlanInput, plan } from './plan.js';

const scenario = (name: string) =>
  defineScenario({ name, title: '', why: '', clients: { tui: 2 }, atLeast: {} });

const input: PlanInput = {
  scenarios: ['a', 'b', 'c'].map(scenario),
  targets: ['hardened', 'naive'].map((name) => resolveTarget(name, '/')),
  runtimes: onNode,
  controls: [],
  durationMs: 600_000,
  isBound: true,
  clients: undefined,
  operations: 0,
  seed: 42,
  repeat: 3,
  shard: { index: 1, of: 1 },
};

/** What a shard has to do, without the time it has for it. */
const unitsOf = (more: Partial<PlanInput>): string[] =>
  plan({ ...input, ...more }).map(
    ({ scenario: { name }, target, repetition, seed, clients }) =>
      `${name} ${target.label} ${repetition} ${seed} ${JSON.stringify(clients)}`,
  );
const shardsOf = (of: number): string[][] =>
  Array.from({ length: of }, (_, n) => unitsOf({ shard: { index: n + 1, of } }));

describe('the units of a run', () => {
  it.each([2, 4, 5, 7])(
    '%d shards together run what one does, each with the same seeds, and nothing twice',
    (of) => {
      const all = unitsOf({});
      expect(all).toHaveLength(18);
      expect(shardsOf(of).flat().toSorted()).toEqual(all.toSorted());
    },
  );

  it('no shard has two units more than another, and each scenario is played before one is played again', () => {
    const sizes = shardsOf(4).map((units) => units.length);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThan(2);
    expect(
      unitsOf({})
        .map((unit) => unit.split(' ')[2])
        .join(''),
    ).toBe('111111222222333333');
  });

  it('the first repetition has the seed of the run, and no two others have the same', () => {
    const seeds = plan({ ...input, repeat: 40 }).map(({ repetition, seed }) => ({ repetition, seed }));
    expect(new Set(seeds.filter(({ repetition }) => repetition === 1).map(({ seed }) => seed))).toEqual(
      new Set([42]),
    );
    const others = seeds.filter(({ repetition }) => repetition > 1).map(({ seed }) => seed);
    expect(new Set(others).size).toBe(others.length);
    expect(others.every((seed) => Number.isSafeInteger(seed) && seed >= 0 && seed < 2 ** 31)).toBe(true);
  });

  it('more repetitions change nothing of those before, and another seed of the run changes all', () => {
    expect(unitsOf({ repeat: 40 }).slice(0, 18)).toEqual(unitsOf({}));
    const other = unitsOf({ seed: 43 });
    expect(unitsOf({}).filter((unit) => other.includes(unit))).toEqual([]);
  });
});

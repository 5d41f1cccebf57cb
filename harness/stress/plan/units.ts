import type { Scenario } from '../../core/scenario.js';
import type { TargetSpec } from '../../core/target.js';
import { hash } from '../../workload/random.js';

/** The i-th of n parts, from 1. */
export interface Shard {
  index: number;
  of: number;
}

/** What a shard gets whole: one run of one scenario on one target. */
export interface Unit {
  scenario: Scenario;
  target: TargetSpec;
  /** From 1. */
  repetition: number;
  /** Its own: the same wherever it is run, and however many shards there are. */
  seed: number;
}

/** All units of a run, in the order in which they are dealt: the repetitions of one scenario on one target after each other. */
export function unitsOf(
  pairs: readonly { scenario: Scenario; target: TargetSpec }[],
  repeat: number,
  seed: number,
): Unit[] {
  return pairs.flatMap(({ scenario, target }) =>
    Array.from({ length: repeat }, (_, index) => {
      const repetition = index + 1;
      return { scenario, target, repetition, seed: seedOf(seed, scenario.name, target.label, repetition) };
    }),
  );
}

/**
 * The first repetition has the seed of the run, so that `--seed` with the seed of any unit runs that unit again. Each further one has
 * a seed that depends on nothing but the run's seed and what is run.
 */
export function seedOf(seed: number, scenario: string, target: string, repetition: number): number {
  if (repetition === 1) return seed;
  return hash(JSON.stringify([seed, scenario, target, repetition])) >>> 1;
}

/** The units of one shard, those that repeat no other first: a run that is cut short has seen every scenario once. */
export function dealTo(shard: Shard, units: readonly Unit[]): Unit[] {
  return units
    .filter((_, position) => position % shard.of === shard.index - 1)
    .sort((a, b) => a.repetition - b.repetition);
}

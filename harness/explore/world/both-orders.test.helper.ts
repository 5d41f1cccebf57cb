import { expect } from 'vitest';
import { conflicts } from './footprint.js';

type Accesses = Parameters<typeof conflicts>[0];
type Which = 0 | 1;

/** Two calls, or parts of calls, that may be made in either order. */
export interface Pair {
  /** Both, to be named where something is wrong. */
  calls: readonly unknown[];
  /** What one of them touches, if it is made now. */
  accesses(which: Which): Accesses;
  /** @returns how it ended */
  make(which: Which): string;
  /** What there is when both were made. */
  state(): string[];
}

/**
 * Makes pairs in both orders. Where these end differently, the two must be said to conflict: as both are about to be made, and as the second
 * is when the first was.
 *
 * @param prepare the same for the same seed
 */
export function tryInBothOrders(firstSeed: number, pairs: number, prepare: (seed: number) => Pair): void {
  let [different, harmless] = [0, 0];
  for (let seed = firstSeed; seed < firstSeed + pairs; seed++) {
    const [one, other] = [inOrder(prepare(seed), 0), inOrder(prepare(seed), 1)];
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
}

function inOrder(pair: Pair, first: Which) {
  const second = first === 0 ? 1 : 0;
  const before = [pair.accesses(0), pair.accesses(1)] as const;
  const results: string[] = [];
  results[first] = pair.make(first);
  const after = pair.accesses(second);
  results[second] = pair.make(second);
  return {
    found: [...results, ...pair.state()].join('\n'),
    conflict: [conflicts(...before), conflicts(before[first], after)],
    calls: pair.calls,
  };
}

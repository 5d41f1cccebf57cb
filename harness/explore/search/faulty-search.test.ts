import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atLeast } from '../../../src/amount.test.helper.js';
import { long } from '../../../src/tiers.test.helper.js';
import { DepthFirst } from './depth-first.js';
import { SharedFaults } from './shared-faults.js';
import { searchToy, type ToyFaults, type ToyProgram } from './toy.test.helper.js';
import { programs, reduced } from './toy-programs.test.helper.js';

const faultBudgets: ToyFaults[] = [
  { kills: 1, pauses: 0 },
  { kills: 0, pauses: 1 },
  { kills: 1, pauses: 1 },
  { kills: 0, pauses: 0, damages: 2 },
  { kills: 1, pauses: 0, damages: 1 },
  { kills: 0, pauses: 1, damages: 1 },
];
/** The same properties, of few programs and every other budget for `npm test`, and of many. */
const faultyTiers = faultBudgets.flatMap((faults, at) => [
  ...(at % 2 === 0 ? [{ faults, numRuns: 8, options: {} }] : []),
  // A search for a damage takes three times as long.
  { faults, numRuns: atLeast(faults.damages ? 100 : 300, 'HOLDFAST_RUNS'), options: long },
]);

for (const { faults, numRuns, options } of faultyTiers)
  describe(
    `a search with kills, pauses or damages: ${JSON.stringify(faults)}, ${numRuns} programs`,
    options,
    () => {
      const bounds = fc.constantFrom(0, 1, 2, undefined);
      const whole = (program: ToyProgram, preemptionsMax: number | undefined) =>
        searchToy(program, new DepthFirst({ preemptionsMax, prunes: false }), {
          ...faults,
          damagesAnywhere: true,
        }).outcomes;
      it.each([
        ['reduced', (program: ToyProgram, bound?: number) => reduced(program, bound)],
        [
          'pruned',
          (_: ToyProgram, preemptionsMax?: number) => new DepthFirst({ preemptionsMax, prunes: true }),
        ],
      ])('the %s search finds every outcome', (_, make) => {
        fc.assert(
          fc.property(programs, bounds, (program, bound) => {
            expect(searchToy(program, make(program, bound), faults).outcomes).toEqual(whole(program, bound));
          }),
          { numRuns },
        );
      });

      it('the parts of a search that is divided by its faults find every outcome together', () => {
        fc.assert(
          fc.property(programs, bounds, (program, bound) => {
            const parts = [0, 1, 2].map((index) =>
              searchToy(program, new SharedFaults(reduced(program, bound), { index, of: 3 }), faults),
            );
            const found = new Set(parts.flatMap(({ outcomes }) => outcomes));
            expect([...found].sort()).toEqual(whole(program, bound));
          }),
          { numRuns },
        );
      });
    },
  );

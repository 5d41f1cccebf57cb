import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atLeast } from '../../../src/amount.test.helper.js';
import { propertyInTiers } from '../../../src/tiers.test.helper.js';
import { DepthFirst } from './depth-first.js';
import { searchToy, type ToyProgram, type ToyStep } from './toy.test.helper.js';
import { all, programs, read, reduced, write } from './toy-programs.test.helper.js';

describe('partial-order reduction', () => {
  propertyInTiers('the reduced search finds every outcome', { few: 80, many: 2000 }, (numRuns) => {
    fc.assert(
      fc.property(programs, (program) => {
        const strategy = reduced(program);
        expect(searchToy(program, strategy).outcomes).toEqual(searchToy(program, all()).outcomes);
        expect(strategy.exhausted).toBe(true);
      }),
      { numRuns },
    );
  });

  propertyInTiers(
    'the reduced search with a bound finds every outcome within the bound',
    { few: 80, many: atLeast(2000, 'HOLDFAST_RUNS') },
    (numRuns) => {
      fc.assert(
        fc.property(programs, fc.integer({ min: 0, max: 3 }), (program, preemptionsMax) => {
          const found = searchToy(program, reduced(program, preemptionsMax));
          const whole = searchToy(program, new DepthFirst({ preemptionsMax, prunes: false }));
          expect(found.outcomes).toEqual(whole.outcomes);
        }),
        { numRuns },
      );
    },
  );

  it('the reduced search looks at every race of a step, not only at the last', () => {
    const program: ToyProgram = [
      [read('y')],
      [read('y'), { how: 'add', on: 'y' }],
      [{ how: 'add', on: 'y' }],
    ];
    expect(searchToy(program, reduced(program)).outcomes).toEqual(searchToy(program, all()).outcomes);
  });

  it('the reduced search tries one order where all orders are equivalent', () => {
    const apart = [
      [write('x'), read('x'), write('x')],
      [write('y'), read('y'), write('y')],
    ];
    expect(searchToy(apart, reduced(apart)).executions).toBe(1);
    const adding = [1, 2, 3].map((): ToyStep[] => [{ how: 'add', on: 'x' }]);
    expect(searchToy(adding, reduced(adding)).executions).toBe(1);
  });

  it('the reduced search makes no more executions than the full one, and some of them to their end', () => {
    fc.assert(
      fc.property(programs, (program) => {
        const { executions, whole } = searchToy(program, reduced(program));
        expect(executions).toBeLessThanOrEqual(searchToy(program, all()).executions);
        expect(whole).toBeGreaterThan(0);
      }),
    );
  });
});

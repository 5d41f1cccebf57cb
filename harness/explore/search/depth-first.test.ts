import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { propertyInTiers } from '../../../src/tiers.test.helper.js';
import { DepthFirst } from './depth-first.js';
import { runToy, searchToy, type ToyProgram } from './toy.test.helper.js';
import { all, interleavings, programs, read, write } from './toy-programs.test.helper.js';

describe('depth-first search', () => {
  it('depth-first search without a bound tries every interleaving once', () => {
    fc.assert(
      fc.property(programs, (program) => {
        const strategy = all();
        const found = searchToy(program, strategy);
        expect(found.executions).toBe(interleavings(program.map((client) => client.length)));
        expect(strategy.exhausted).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  propertyInTiers('pruned depth-first search finds every outcome', { few: 50, many: 300 }, (numRuns) => {
    fc.assert(
      fc.property(programs, (program) => {
        const pruned = new DepthFirst({ preemptionsMax: undefined, prunes: true });
        expect(searchToy(program, pruned).outcomes).toEqual(searchToy(program, all()).outcomes);
        expect(pruned.exhausted).toBe(true);
      }),
      { numRuns },
    );
  });

  propertyInTiers(
    'pruned depth-first search finds the same outcomes within a bound',
    { few: 50, many: 300 },
    (numRuns) => {
      fc.assert(
        fc.property(programs, fc.integer({ min: 0, max: 3 }), (program, preemptionsMax) => {
          const [pruned, plain] = [true, false].map((prunes) =>
            searchToy(program, new DepthFirst({ preemptionsMax, prunes })),
          );
          expect(pruned?.outcomes).toEqual(plain?.outcomes);
        }),
        { numRuns },
      );
    },
  );

  it('pruned search tries a state again that it reaches with more preemptions left', () => {
    const program: ToyProgram = [
      [read('x'), write('y'), read('x')],
      [read('y'), read('y'), write('x'), read('x')],
    ];
    const found = [true, false].map(
      (prunes) => searchToy(program, new DepthFirst({ preemptionsMax: 2, prunes })).outcomes,
    );
    expect(found[0]).toEqual(found[1]);
  });

  it('a switch counts as a preemption only if the client could have gone on, and schedules without one come first', () => {
    const program = [[write('x'), write('x')], [write('x')]];
    const schedules: string[] = [];
    const strategy = new DepthFirst({ preemptionsMax: 1, prunes: false });
    while (strategy.begin()) {
      let last: string[] = [];
      runToy(program, strategy, (words) => {
        last = [...words];
      });
      schedules.push(last.join(' '));
    }
    expect(schedules).toEqual(['0 0 1', '1 0 0', '0 0 1', '0 1 0', '1 0 0']);
    expect(strategy.exhausted).toBe(true);
  });

  it('depth-first search is not exhausted when it was stopped', () => {
    const strategy = all();
    strategy.begin();
    runToy([[write('x')], [write('x')]], strategy);
    expect(strategy.exhausted).toBe(false);
  });
});

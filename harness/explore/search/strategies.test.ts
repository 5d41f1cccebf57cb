import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atLeast } from '../../../src/amount.test.helper.js';
import { long, propertyInTiers } from '../../../src/tiers.test.helper.js';
import { Replay } from '../execution/follow-schedule.js';
import { parseSchedule, printSchedule } from '../schedule/action.js';
import { DepthFirst } from './depth-first.js';
import { Dpor } from './dpor.js';
import { Pct } from './pct.js';
import { RandomWalk } from './random-walk.js';
import { SharedFaults } from './shared-faults.js';
import { SharedFirstStep } from './shared-first-step.js';
import { runToy, searchToy, type ToyFaults, type ToyProgram, type ToyStep } from './toy.test.helper.js';

const alone = { index: 0, of: 1 };
const write = (on: string): ToyStep => ({ how: 'write', on });
const read = (on: string): ToyStep => ({ how: 'read', on });
const all = () => new DepthFirst({ preemptionsMax: undefined, prunes: false });
const reduced = ({ length: clients }: ToyProgram, preemptionsMax?: number) =>
  new Dpor({ clients, preemptionsMax });

/** How many ways there are to interleave so many steps of each: the multinomial coefficient. */
function interleavings(counts: readonly number[]): number {
  const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));
  return counts.reduce(
    (quotient, count) => quotient / factorial(count),
    factorial(counts.reduce((a, b) => a + b, 0)),
  );
}

const steps = fc.record({
  how: fc.constantFrom('read', 'write', 'add'),
  on: fc.constantFrom('x', 'y', ''),
}) as fc.Arbitrary<ToyStep>;
const programs: fc.Arbitrary<ToyProgram> = fc.oneof(
  fc.array(fc.array(steps, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 2 }),
  fc.array(fc.array(steps, { minLength: 1, maxLength: 2 }), { minLength: 3, maxLength: 3 }),
);

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

describe('partial-order reduction', () => {
  propertyInTiers('the reduced search finds every outcome', { few: 200, many: 2000 }, (numRuns) => {
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
    { few: 200, many: atLeast(2000, 'HOLDFAST_RUNS') },
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
  ...(at % 2 === 0 ? [{ faults, numRuns: 20, options: {} }] : []),
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

describe('a search that is divided by the first step', () => {
  it('the parts of a divided search try every interleaving once, together', () => {
    fc.assert(
      fc.property(programs, (program) => {
        const parts = [0, 1].map((index) => searchToy(program, new SharedFirstStep(all(), { index, of: 2 })));
        const whole = searchToy(program, all());
        expect(parts[0]?.whole).toBeGreaterThan(0);
        expect(parts.reduce((sum, part) => sum + part.whole, 0)).toBe(whole.whole);
        expect([...new Set(parts.flatMap(({ outcomes }) => outcomes))].sort()).toEqual(whole.outcomes);
      }),
      { numRuns: 100 },
    );
  });
});

describe('random search', () => {
  const program: ToyProgram = [0, 1, 2].map(() => [read('x'), write('x'), read('x'), write('x')]);

  it.each([
    ['random', () => new RandomWalk(1, 200, alone)],
    ['pct', () => new Pct(1, 200, 3, alone)],
  ])('%s takes the same schedules with the same seed, and reaches several outcomes', (_, make) => {
    const first = searchToy(program, make());
    expect(searchToy(program, make())).toEqual(first);
    expect(first.executions).toBe(200);
    expect(first.outcomes.length).toBeGreaterThan(5);
  });

  it('the parts of a random search share its executions', () => {
    const shares = [0, 1, 2].map(
      (index) => searchToy(program, new RandomWalk(1, 100, { index, of: 3 })).executions,
    );
    expect(shares).toEqual([34, 33, 33]);
  });
});

describe('a schedule', () => {
  it('a schedule stays the same when it is printed and parsed', () => {
    const text = '0x5 1x6 k0 1 0.1 p1 w0 f1:EIO d1 1x12';
    expect(printSchedule(parseSchedule(text))).toBe(text);
  });

  it.each(['x', '0x', 'k', 'f0', 'f0:EWHAT', '0 q1'])('the text "%s" is refused as a schedule', (text) => {
    expect(() => parseSchedule(text)).toThrow('is no step of a schedule');
  });

  it('a replay follows its schedule, and then goes on without a preemption', () => {
    const replay = new Replay(parseSchedule('1x2 0'), false);
    replay.begin();
    let taken: string[] = [];
    runToy(
      [
        [write('x'), write('x')],
        [write('x'), write('x'), write('x')],
      ],
      replay,
      (words) => {
        taken = [...words];
      },
    );
    expect(taken.join(' ')).toBe('1 1 0 0 1');
  });

  it('a replay refuses a step that is not possible, and a lenient one leaves it out', () => {
    const run = (isLenient: boolean) => {
      const replay = new Replay(parseSchedule('7 1 0'), isLenient);
      replay.begin();
      return runToy([[write('x')], [write('x')]], replay);
    };
    expect(() => run(false)).toThrow(
      'the same schedule led to another call at step 1: 7 is not possible here',
    );
    expect(run(true)).toContain('0@0');
  });
});

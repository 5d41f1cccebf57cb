import { expect, it } from 'vitest';
import { propertyInTiers } from '../../../src/tiers.test.helper.js';
import type { Strategy } from '../execution/strategy.js';
import type { Action } from '../schedule/action.js';
import { Pct } from './pct.js';

/** How many steps each client takes, and of some steps, by `client.step`, what must come before: a client that must wait is not enabled. */
interface Toy {
  steps: readonly number[];
  waits: Readonly<Record<string, string>>;
}

/** Which step has to come before which: with d of them, a bug of depth d. */
type Constraints = readonly (readonly [before: string, after: string])[];

const alone = { index: 0, of: 1 };
/** What no toy has: a client that does two things at once, and calls that are looked at. */
const plain = {
  ...{ others: [], last: undefined },
  ...{ accesses: () => [], isExit: () => false, isTimer: () => false, state: () => '' },
};

/** @returns the steps in their order; a client whose fault is taken goes on as before */
function run({ steps, waits }: Toy, strategy: Strategy, offersFaults = false): string[] {
  const at = steps.map(() => 0);
  const runs = steps.map((_, client): Action => ({ do: 'run', client, option: 0 }));
  const faults: Action[] = offersFaults ? [{ do: 'kill', client: 0 }] : [];
  const order: string[] = [];
  for (;;) {
    const enabled = runs.filter((_, client) => {
      const before = waits[`${client}.${at[client]}`];
      return (at[client] ?? 0) < (steps[client] ?? 0) && (before === undefined || order.includes(before));
    });
    if (enabled.length === 0) break;
    const action = strategy.pick({ ...plain, enabled, faults, step: order.length });
    if (action?.do !== 'run') continue;
    order.push(`${action.client}.${at[action.client]}`);
    at[action.client] = (at[action.client] ?? 0) + 1;
  }
  strategy.end({ steps: order.length });
  return order;
}

/** @returns in which part of the schedules of this depth the bug was found, and which part the bound promises */
function rates(toy: Toy, bug: Constraints, schedulesMax: number) {
  const strategy = new Pct(1, schedulesMax, toy.steps.length, alone);
  const runs = [];
  while (strategy.begin()) runs.push(run(toy, strategy));
  const ofDepth = runs.filter((_, index) => index % 4 === bug.length - 1);
  const isFound = (order: string[]) =>
    bug.every(([before, after]) => order.indexOf(before) < order.indexOf(after));
  const found = ofDepth.filter(isFound).length / ofDepth.length;
  const k = Number(/up to (\d+) scheduling decisions/.exec(strategy.bound)?.[1]);
  return { found, promised: 1 / (toy.steps.length * k ** (bug.length - 1)) };
}

type Bug = readonly [name: string, toy: Toy, bug: Constraints];

/** The bound is as high as can be here: fewer schedules do not tell. */
const tight: Bug = [
  'one client has to stop after it went on alone for long',
  { steps: [30, 3], waits: { '1.0': '0.25' } },
  [
    ['0.27', '1.0'],
    ['1.2', '0.28'],
  ],
];
const bugs: Bug[] = [
  ['one client has to be last', { steps: [5, 5, 5], waits: {} }, [['0.4', '2.0']]],
  [
    'one client has to stop',
    { steps: [6, 6], waits: {} },
    [
      ['0.2', '1.0'],
      ['1.5', '0.3'],
    ],
  ],
  [
    'two clients have to stop, and the last to do so goes on first',
    { steps: [3, 3], waits: {} },
    [
      ['0.0', '1.0'],
      ['1.0', '0.1'],
      ['0.1', '1.1'],
    ],
  ],
  [
    'two clients have to stop, and the first to do so goes on first',
    { steps: [3, 3, 3], waits: {} },
    [
      ['1.0', '0.1'],
      ['2.2', '1.1'],
      ['0.2', '1.1'],
    ],
  ],
];
const checkRate =
  ([, toy, bug]: Bug) =>
  (schedules: number) => {
    const { found, promised } = rates(toy, bug, schedules);
    expect(found).toBeGreaterThanOrEqual(promised);
  };
const title = (name: string) => `the search finds a bug at least as often as its bound says: ${name}`;
for (const bug of bugs) propertyInTiers(title(bug[0]), { few: 1_000, many: 4_000 }, checkRate(bug));
it(title(tight[0]), () => checkRate(tight)(4_000));

it('the bound counts only scheduling decisions and the first step of each client', () => {
  const strategy = new Pct(1, 8, 2, alone);
  while (strategy.begin()) run({ steps: [30, 1], waits: { '1.0': '0.28' } }, strategy);
  expect(strategy.bound).toContain('up to 3 scheduling decisions');
});

it('the bound counts only schedules that could make a change as late as the last decision', () => {
  const strategy = new Pct(1, 8, 2, alone);
  const short: Toy = { steps: [1, 1], waits: {} };
  for (let count = 0; count < 7; count++) {
    strategy.begin();
    run(short, strategy);
  }
  expect(strategy.bound).not.toContain('of depth 2 with a probability of at least 0.00 %');
  strategy.begin();
  run({ steps: [9, 9], waits: {} }, strategy);
  expect(strategy.bound).toContain('of depth 2 with a probability of at least 0.00 %');
});

it('the bound counts only schedules without a fault, where faults are offered', () => {
  const [plain, faulty] = [false, true].map((offersFaults) => {
    const strategy = new Pct(1, 40, 2, alone);
    while (strategy.begin()) run({ steps: [6, 6], waits: {} }, strategy, offersFaults);
    return strategy.bound;
  });
  const percent = (bound = '') => Number(/of depth 2 .*? at least ([\d.]+) %/.exec(bound)?.[1]);
  expect(faulty).toContain('schedules find a bug that needs no fault, of depth 2');
  expect(percent(faulty)).toBeLessThan(percent(plain));
});

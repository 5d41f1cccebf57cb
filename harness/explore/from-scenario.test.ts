import { expect, it } from 'vitest';
import { defineScenario, type Scenario } from '../core/scenario.js';
import { fromScenario } from './from-scenario.js';

const scenario = (more: Partial<Scenario>) =>
  defineScenario({ name: 'a', title: '', why: '', clients: { tui: 2 }, atLeast: {}, ...more });

it.each<[Scenario['clients'], number]>([
  [{ tui: 1 }, 2],
  [{ tui: 2, web: 5, rogue: 1 }, 2],
  [{ tui: 1, server: 1, desktop: 1 }, 3],
  [{ tui: 20, login: 1 }, 3],
])(
  'a scenario becomes a program of two or three clients that open the file themselves: %j',
  (clients, count) => {
    expect(fromScenario(scenario({ clients })).clients).toEqual(Array.from({ length: count }, () => 'set'));
  },
);

it.each<[NonNullable<Scenario['faults']>[number], object]>([
  [{ kind: 'kill', everyMs: [1, 2] }, { crash: true }],
  [{ kind: 'pause', everyMs: [1, 2], forMs: [1, 2] }, { steal: true }],
  [{ kind: 'corrupt', everyMs: [1, 2] }, { damage: true }],
] as [NonNullable<Scenario['faults']>[number], object][])(
  'a fault of a scenario becomes the one that a search tries at every moment: %j',
  (fault, expected) => {
    expect(fromScenario(scenario({ faults: [fault] }))).toEqual({ clients: ['set', 'set'], ...expected });
  },
);

it('a scenario without faults becomes a search without any', () => {
  expect(fromScenario(scenario({}))).toEqual({ clients: ['set', 'set'] });
});

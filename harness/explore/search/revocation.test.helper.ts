import type { Choice, Strategy } from '../execution/strategy.js';
import { type Action, printSchedule, wordOf } from '../schedule/action.js';
import { killsOf, type Step, stepsOf } from './revocation-steps.test.helper.js';
import { newWorld, type RevocationModel, stateOf, wrongIn } from './revocation-world.test.helper.js';

/** Leads one execution. @returns what is wrong, with its schedule; undefined where nothing is */
function runRevocation(model: RevocationModel, strategy: Strategy): string | undefined {
  const world = newWorld(model);
  const actions: Action[] = [];
  for (;;) {
    const wrong = wrongIn(world);
    if (wrong !== undefined) return `${wrong}: ${printSchedule(actions)}`;
    const steps = new Map<Action, Step>();
    const counts: number[] = [];
    for (const step of stepsOf(model, world)) {
      const [client] = step;
      const option = counts[client] ?? 0;
      counts[client] = option + 1;
      steps.set({ do: 'run', client, option }, step);
    }
    if (steps.size === 0) break;
    for (const step of killsOf(world)) steps.set({ do: 'kill', client: step[0] }, step);
    const all = [...steps.keys()];
    const choice: Choice = {
      enabled: all.filter((action) => action.do === 'run' && action.option === 0),
      others: all.filter((action) => action.do === 'run' && action.option > 0),
      faults: all.filter((action) => action.do === 'kill'),
      last: undefined,
      step: actions.length,
      accesses: () => [{ on: 'engine', how: 'write' }],
      isExit: () => false,
      isTimer: () => false,
      state: () => stateOf(world),
    };
    const action = strategy.pick(choice);
    if (!action) return undefined;
    const step = all.find((one) => wordOf(one) === wordOf(action)) ?? action;
    steps.get(step)?.[1](world);
    actions.push(action);
  }
  strategy.end({ steps: actions.length });
  return undefined;
}

/** Searches until something is wrong, or all there is was tried. */
export function searchRevocation(model: RevocationModel, strategy: Strategy): { wrong: string | undefined } {
  while (strategy.begin()) {
    const wrong = runRevocation(model, strategy);
    if (wrong !== undefined) return { wrong };
  }
  return { wrong: undefined };
}

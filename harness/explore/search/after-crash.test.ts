import { expect, it } from 'vitest';
import type { Choice, Strategy } from '../execution/strategy.js';
import type { Action } from '../schedule/action.js';
import { AfterCrash } from './after-crash.js';
import { DepthFirst } from './depth-first.js';
import { Pct } from './pct.js';

const alone = { index: 0, of: 1 };
const changes = 4;

/** The first client makes four changes, and the second one step. @returns after how many changes the first was killed */
function crashPointsOf(strategy: Strategy, executionsMax = 100): (number | 'never')[] {
  const points: (number | 'never')[] = [];
  for (let count = 0; count < executionsMax && strategy.begin(); count++) {
    const left = [changes, 1];
    let killedAfter: number | 'never' = 'never';
    let step = 0;
    let [hasChanged, isJustKilled] = [false, false];
    for (; left.some((one) => one > 0); step++) {
      const enabled = left.flatMap((one, client): Action[] =>
        one > 0 ? [{ do: 'run', client, option: 0 }] : [],
      );
      const faults: Action[] = [
        ...(hasChanged && (left[0] ?? 0) > 0 ? [{ do: 'kill', client: 0 } as const] : []),
        ...(isJustKilled ? [{ do: 'wait', client: 0 } as const] : []),
      ];
      const choice: Choice = {
        ...{ enabled, others: [], faults, last: undefined, step, accesses: () => [] },
        ...{ isExit: () => false, isTimer: () => false, state: () => `${step}` },
      };
      const action = strategy.pick(choice);
      if (!action) break;
      hasChanged = action.do === 'run' && action.client === 0;
      isJustKilled = action.do === 'kill';
      if (isJustKilled) {
        killedAfter = changes - (left[0] ?? 0);
        left[0] = 0;
      } else if (action.do === 'run') left[action.client] = (left[action.client] ?? 0) - 1;
    }
    strategy.end({ steps: step });
    points.push(killedAfter);
  }
  return points;
}

it('a random search visits every crash point in turn, and ends after as many executions as asked for', () => {
  const strategy = new AfterCrash(() => new Pct(1, 12, 2, alone), 12);
  expect(crashPointsOf(strategy)).toEqual([1, 2, 3, 'never', 1, 2, 3, 1, 2, 3, 1, 2]);
  expect(strategy.exhausted).toBe(false);
  expect(strategy.bound).toMatch(
    /^after a crash, at each of the first client's changes: each PCT .* 3 schedules/,
  );
});

it('a search that is cut off says how many crash points it has visited', () => {
  const strategy = new AfterCrash(() => new Pct(1, 2, 2, alone), 2);
  expect(crashPointsOf(strategy)).toEqual([1, 2]);
  expect(strategy.bound).toContain("at the first 2 of the first client's changes");
});

it('a systematic search tries everything after one crash point before the next', () => {
  const strategy = new AfterCrash(() => new DepthFirst({ preemptionsMax: undefined, prunes: false }));
  expect(crashPointsOf(strategy)).toEqual([1, 2, 3, 'never']);
  expect(strategy.exhausted).toBe(true);
});

import { describe, expect, it } from 'vitest';
import { Budget } from './budget.js';
import { overheadMs, type PlannedRun, workMsMin } from './plan.js';

const runOf = (label: string, workMs: number, mustFind?: 'lost') =>
  ({ target: { label }, workMs, ...(mustFind ? { mustFind } : {}) }) as unknown as PlannedRun;
const four = ['a', 'b', 'c', 'd'].map((name) => runOf(name, 10_000));
const durationMs = 4 * (10_000 + overheadMs);

/** Plays runs by their shares, each with what it takes on top. @returns how long all of it took */
function play(
  runs: readonly PlannedRun[],
  extra: (at: number) => number,
  budget = new Budget(durationMs, 0),
): number {
  let now = 0;
  for (const at of runs.keys()) {
    const { workMs } = budget.shareOf(runs.slice(at), now);
    now += workMs + overheadMs + extra(at);
  }
  return now;
}

describe('the budget of a command', () => {
  it('a plan that takes what it was given ends with the duration', () => {
    expect(play(four, () => 0)).toBe(durationMs);
  });

  it('what one run takes too much is made up for by those after it, and what it saves is shared among them', () => {
    expect(play(four, (at) => (at === 0 ? 6000 : 0))).toBeCloseTo(durationMs, -1);
    expect(play(four, (at) => (at === 1 ? -6000 : 0))).toBeCloseTo(durationMs, -1);
  });

  it('a run never works for less than its least, however late it is', () => {
    expect(new Budget(durationMs, 0).shareOf(four, durationMs * 2).workMs).toBe(workMsMin);
  });

  it('a planted bug gets its own time, whatever the others have left', () => {
    const runs = [runOf('naive', 800, 'lost'), ...four];
    expect(new Budget(durationMs, 0).shareOf(runs, durationMs).workMs).toBe(800);
  });

  it('judging is reckoned at the pace of the slowest run on the same target so far', () => {
    const budget = new Budget(durationMs, 0);
    const [run = runOf('a', 1)] = four;
    const before = budget.shareOf(four, 0).judgingMs({ events: 10_000, broken: 0 });
    budget.judged(run, 10_000, 5000);
    budget.judged(run, 10_000, 100);
    expect([before < 5000, budget.shareOf(four, 0).judgingMs({ events: 10_000, broken: 0 })]).toEqual([
      true,
      5000,
    ]);
  });

  it('a store that shows broken contents is reckoned to take longer to be judged', () => {
    const { judgingMs } = new Budget(durationMs, 0).shareOf(four, 0);
    expect(judgingMs({ events: 9000, broken: 300 })).toBeGreaterThan(judgingMs({ events: 9000, broken: 3 }));
  });

  it('nothing begins after the end of a command of a minute or more; a shorter one plays all that it has', () => {
    const ends = [new Budget(60_000, 0), new Budget(59_000, 0)].map((budget) => budget.isOver(60_001));
    expect([...ends, new Budget(60_000, 0).isOver(59_999)]).toEqual([true, false, false]);
  });

  it('what is waited for on top is less than a tenth of a duration of a minute and more, for all runs together', () => {
    const budget = new Budget(100_000, 0);
    const { extraMs } = budget.shareOf(four, 0);
    expect(extraMs).toBeLessThan(10_000);
    budget.used(extraMs - 1000);
    expect(budget.shareOf(four, 0).extraMs).toBe(1000);
    budget.used(2000);
    expect(budget.shareOf(four, 0).extraMs).toBe(0);
  });
});

import { describe, expect, it } from 'vitest';
import { Budget } from './budget.js';
import { overheadMs, type PlannedRun, workMsMin } from './plan.js';

const runOf = (label: string, workMs: number, mustFind?: 'lost', clients = { tui: 4 }) =>
  ({ target: { label }, clients, workMs, ...(mustFind ? { mustFind } : {}) }) as unknown as PlannedRun;
const four = ['a', 'b', 'c', 'd'].map((name) => runOf(name, 10_000));
const durationMs = 4 * (10_000 + overheadMs);
const patient = () => new Budget({ durationMs, begunMs: 0, patienceMs: 20_000 });
const bound = (more: { durationMs?: number; begunMs?: number } = {}) =>
  new Budget({ durationMs, begunMs: 0, patienceMs: undefined, ...more });

/** Plays runs by their shares, each with what it takes on top. @returns how long all of it took */
function play(runs: readonly PlannedRun[], extra: (at: number) => number, budget = patient()): number {
  let now = 0;
  for (const at of runs.keys()) {
    const { workMs } = budget.shareOf(runs.slice(at), now);
    now += workMs + overheadMs + extra(at);
  }
  return now;
}

/** A machine on a clock of its own: what it needs, whatever was planned. */
interface Machine {
  /** Before the first run. */
  probingMs: number;
  startingMs: number;
  endingMs: number;
  /** Events that its clients make in a millisecond, and what judging one takes. */
  eventsPerMs: number;
  judgingMsPerEvent: number;
  /** Of the contents that a foreign reader sees, some can't be read. */
  isBroken?: boolean;
  /** Too little ever happens: each run waits for as long as it may. */
  isStarved?: boolean;
}

/** Plays a whole command on a machine, as the coordinator does. @returns how long it took, and how many runs were played */
function playOn(
  runs: readonly PlannedRun[],
  machine: Machine,
  budget: Budget,
): { took: number; played: number } {
  const {
    startingMs,
    endingMs,
    eventsPerMs,
    judgingMsPerEvent,
    isStarved = false,
    isBroken = false,
  } = machine;
  let now = machine.probingMs;
  let played = 0;
  for (const [at, run] of runs.entries()) {
    if (budget.isTooLateFor(run, now)) break;
    const { workMsFrom, judgingMs, extraMs } = budget.shareOf(runs.slice(at), now);
    now += startingMs;
    const begun = now;
    const workMs = workMsFrom(now);
    const eventsNow = () => (now - begun) * eventsPerMs;
    while (
      workMs - (now - begun) - judgingMs({ events: eventsNow(), broken: isBroken ? eventsNow() / 50 : 0 }) >
      0
    )
      now += 100;
    if (isStarved) now += extraMs;
    now += endingMs;
    budget.used(isStarved ? extraMs : 0);
    budget.framed(run, { startingMs, endingMs });
    const judging = eventsNow() * judgingMsPerEvent;
    budget.judged(run, eventsNow(), judging);
    now += judging;
    played++;
  }
  return { took: now + 300, played };
}

const calm: Machine = {
  probingMs: 700,
  startingMs: 400,
  endingMs: 500,
  eventsPerMs: 4,
  judgingMsPerEvent: 0.03,
};
const busy: Machine = {
  probingMs: 2500,
  startingMs: 1300,
  endingMs: 1500,
  eventsPerMs: 2,
  judgingMsPerEvent: 0.12,
};

describe('the budget of a command', () => {
  it('a plan that takes what it was given ends with the duration', () => {
    expect(play(four, () => 0)).toBe(durationMs);
  });

  it('what one run takes too much is made up for by those after it, and what it saves is shared among them', () => {
    expect(play(four, (at) => (at === 0 ? 6000 : 0))).toBeCloseTo(durationMs, -1);
    expect(play(four, (at) => (at === 1 ? -6000 : 0))).toBeCloseTo(durationMs, -1);
  });

  it('a run never works for less than its least, however late it is', () => {
    for (const budget of [patient(), bound()]) {
      const { workMs, workMsFrom } = budget.shareOf(four, durationMs * 2);
      expect([workMs, workMsFrom(durationMs * 2 + 5000)]).toEqual([workMsMin, workMsMin]);
    }
  });

  it('a planted bug gets its own time, whatever the others have left', () => {
    const runs = [runOf('naive', 800, 'lost'), ...four];
    for (const budget of [patient(), bound()]) {
      const { workMs, workMsFrom } = budget.shareOf(runs, durationMs);
      expect([workMs, workMsFrom(durationMs + 3000)]).toEqual([800, 800]);
    }
  });

  it('judging is reckoned at the pace of the slowest run on the same target so far', () => {
    const budget = patient();
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
    const { judgingMs } = patient().shareOf(four, 0);
    expect(judgingMs({ events: 9000, broken: 300 })).toBeGreaterThan(judgingMs({ events: 9000, broken: 3 }));
  });

  it('patience is given to all runs together, and one that has it leaves nothing out', () => {
    const budget = patient();
    budget.used(19_000);
    expect(budget.shareOf(four, 0).extraMs).toBe(1000);
    budget.used(2000);
    expect([
      budget.shareOf(four, 0).extraMs,
      budget.isTooLateFor(runOf('e', 10_000), durationMs * 2),
    ]).toEqual([0, false]);
  });
});

describe('a duration that is a bound', () => {
  const planned = (runs: number, ms: number) => {
    const share = (ms - 1000) / runs - overheadMs;
    return Array.from({ length: runs }, (_, at) => runOf(`target-${at % 2}`, share));
  };

  describe.each([
    [1, 15_000],
    [2, 15_000],
    [5, 30_000],
    [12, 60_000],
    [18, 180_000],
  ])('%d runs in %d ms', (runs, ms) => {
    it.each([
      ['a calm machine', calm],
      ['a busy machine', busy],
      ['one on which too little ever happens', { ...calm, isStarved: true }],
      ['a busy one on which too little ever happens', { ...busy, isStarved: true }],
      [
        'a store of which there is much to tell',
        { ...calm, isBroken: true, eventsPerMs: 8, judgingMsPerEvent: 0.2 },
      ],
    ])('%s ends within a tenth, judging included', (_, machine) => {
      const { took, played } = playOn(planned(runs, ms), machine, bound({ durationMs: ms }));
      expect(played).toBeGreaterThan(0);
      expect(took).toBeLessThanOrEqual(ms * 1.1);
      if (played === runs) expect(took).toBeGreaterThanOrEqual(ms * 0.8);
    });
  });

  it('the clock starts with the command: what came before the first run is within the bound', () => {
    const [early, late] = [0, 5000].map((now) => bound().shareOf(four, now).workMs);
    expect((early ?? 0) - (late ?? 0)).toBeGreaterThan(1000);
  });

  it('a run that waits for more takes it from those after it, and the last one takes none', () => {
    const first = bound().shareOf(four, 0).extraMs;
    const spare = 3 * (10_000 - workMsMin);
    expect([first > 0, first < spare / 3]).toEqual([true, true]);
    expect(bound().shareOf(four.slice(3), 0).extraMs).toBe(0);
  });

  it('nothing begins that would end too late', () => {
    const last = runOf('e', 10_000);
    expect([durationMs, durationMs / 2].map((now) => bound().isTooLateFor(last, now))).toEqual([true, false]);
  });

  it('what starting and ending processes takes is learnt from the runs before', () => {
    const budget = bound();
    const before = budget.shareOf(four, 0).workMs;
    budget.framed(runOf('e', 10_000), { startingMs: 2000, endingMs: 3000 });
    const { workMs, workMsFrom } = budget.shareOf(four, 0);
    expect(before - workMs).toBeGreaterThan(3000);
    expect(workMsFrom(1000) - workMsFrom(2000)).toBe(1000);
  });

  it('twice as many processes are reckoned to take twice as long to start: a small run may begin where a large one is too late', () => {
    const [large, small] = [
      runOf('e', 10_000, undefined, { tui: 9 }),
      runOf('e', 10_000, undefined, { tui: 1 }),
    ];
    const budget = bound();
    budget.framed(small, { startingMs: 400, endingMs: 800 });
    const late = durationMs - 4000;
    expect([large, small].map((run) => budget.isTooLateFor(run, late))).toEqual([true, false]);
  });
});

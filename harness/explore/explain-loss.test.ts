import { describe, expect, it } from 'vitest';
import type { Finding } from '../core/verdict.js';
import type { HistoryEvent } from '../history/events.js';
import { toRun } from '../history/run.js';
import { attemptsFor } from './explain-loss.js';

const header = { type: 'run', version: 1, scenario: 's', target: 't', seed: 1, atLeast: {} } as const;
const operation = (op: string, client: string, key: string, time: number): HistoryEvent[] => [
  { type: 'invoke', time, op, client, process: 1, action: 'set', key },
  { type: 'ok', time: time + 10, op },
];
const loss: Finding = {
  ...{
    guarantee: 'G2',
    kind: 'lost-update',
    sentence: 'a is gone',
    key: 'a',
    operations: ['x.1', 'y.1'],
    from: 100,
    to: 120,
  },
};

describe('the searches for a loss that stress has found', () => {
  const before = [
    ...operation('x.0', 'x', 'early', 1),
    ...operation('x.1', 'x', 'a', 100),
    ...operation('y.1', 'y', 'b', 101),
  ];

  it('the first search has the calls of the two clients of the loss, and the next has what else was under way', () => {
    const run = toRun([header, ...before, ...operation('z.1', 'z', 'c', 105)]);
    expect(attemptsFor(run, loss)).toEqual([
      { clients: ['set a', 'set b'] },
      { clients: ['set a', 'set b', 'set c'] },
    ]);
  });

  it('the last search has the faults of the run', () => {
    const pause = { type: 'fault', time: 90, fault: 'pause', phase: 'begin' } as const;
    const attempts = attemptsFor(toRun([header, ...before, pause]), loss);
    expect(attempts.at(-1)).toEqual({ clients: ['set a', 'set b'], steal: true, preemptions: 1 });
  });

  it('a loss that concerns one client alone is not searched', () => {
    expect(attemptsFor(toRun([header, ...operation('x.1', 'x', 'a', 100)]), loss)).toEqual([]);
  });
});

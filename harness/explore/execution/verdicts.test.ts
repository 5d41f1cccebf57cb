import { expect, it } from 'vitest';
import type { HistoryEvent } from '../../history/events.js';
import type { Executed } from './executed.js';
import { Verdicts } from './verdicts.js';

/** An execution whose client has ended. @param left what it has left beside the file @param at when it ended */
function executed(
  left: string[],
  { at = 1, ending = 'done' as Executed['ending'], code = 0 } = {},
): Executed {
  const of = { client: 'A', process: 1001 };
  const events: HistoryEvent[] = [
    { type: 'run', version: 1, scenario: 'explore', target: 'naive', seed: 1, atLeast: {} },
    { type: 'start', time: 0, ...of, access: 'file' },
    { type: 'exit', time: at, ...of, code, signal: null, expected: code === 0 },
    { type: 'final', time: at + 1, broken: null, entries: {}, leftovers: left },
  ];
  return { ending, events, steps: [], waitedNsMax: 0 };
}

it('two executions that differ in nothing but their times are judged once', () => {
  const verdicts = new Verdicts();
  const first = verdicts.of(executed([], { at: 5, code: 1 }));
  expect(first?.kind).toBe('crashed');
  expect(verdicts.of(executed([], { at: 7, code: 1 }))).toBe(first);
  expect(verdicts.outcomes).toHaveLength(1);
});

it('an execution is judged for itself where anything but its times is another', () => {
  const verdicts = new Verdicts();
  const found = [
    executed([]),
    executed(['x.tmp']),
    executed([], { code: 1 }),
    executed([], { ending: 'deadlock' }),
    { ...executed([]), idle: 'it slept' },
  ].map((one) => verdicts.of(one)?.kind);
  expect(found).toEqual([undefined, 'leftover', 'crashed', 'deadlock', 'idle']);
  expect(verdicts.outcomes).toHaveLength(3);
});

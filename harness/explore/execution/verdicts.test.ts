import { expect, it } from 'vitest';
import type { HistoryEvent } from '../../history/events.js';
import type { Executed } from './executed.js';
import { Verdicts } from './verdicts.js';

/** An execution whose client has set an entry, and then crashed or not. @param at when it did so */
function executed(value: string, { at = 1, ending = 'done' as Executed['ending'], code = 0 } = {}): Executed {
  const of = { client: 'A', process: 1001 };
  const events: HistoryEvent[] = [
    { type: 'run', version: 1, scenario: 'explore', target: 'naive', seed: 1, atLeast: {} },
    { type: 'start', time: 0, ...of, access: 'file' },
    { type: 'exit', time: at, ...of, code, signal: null, expected: code === 0 },
    { type: 'final', time: at + 1, broken: null, entries: { a: value }, leftovers: [] },
  ];
  return { ending, events, steps: [], waitedNsMax: 0 };
}

it('two executions that differ in nothing but their times are judged once', () => {
  const verdicts = new Verdicts();
  const first = verdicts.of(executed('A.0.0', { at: 5, code: 1 }));
  expect(first?.kind).toBe('crashed');
  expect(verdicts.of(executed('A.0.0', { at: 7, code: 1 }))).toBe(first);
  expect(verdicts.outcomes).toHaveLength(1);
});

it('an execution is judged for itself where anything but its times is another', () => {
  const verdicts = new Verdicts();
  const found = [
    executed('A.0.0'),
    executed('A.0.1'),
    executed('A.0.0', { code: 1 }),
    executed('A.0.0', { ending: 'deadlock' }),
    { ...executed('A.0.0'), idle: 'it slept' },
  ].map((one) => verdicts.of(one)?.kind);
  expect(found).toEqual([undefined, undefined, 'crashed', 'deadlock', 'idle']);
  expect(verdicts.outcomes).toHaveLength(3);
});

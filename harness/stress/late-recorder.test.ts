import path from 'node:path';
import { expect, it } from 'vitest';
import { newDirectory } from '../../src/cli/command.test.helper.js';
import { judge } from '../checkers/index.js';
import { monotonicNow } from '../history/clock.js';
import type { HistoryEvent } from '../history/events.js';
import { readRuns } from '../history/read.js';
import { toRun } from '../history/run.js';
import { LateRecorder } from './late-recorder.js';
import { Recorder } from './recorder.js';

let time = 0;
const call = (process: number, op: string, action: 'set' | 'get', key: string): HistoryEvent => ({
  type: 'invoke',
  time: ++time,
  client: `tui-${process}`,
  process,
  op,
  action,
  key,
});
const ok = (op: string, result?: string | null): HistoryEvent => ({
  type: 'ok',
  time: ++time,
  op,
  ...(result === undefined ? {} : { result }),
});

/** A is killed while it sets `a`, which takes effect after B has set `b`, and C has found no `a`. */
const history = (): HistoryEvent[] => [
  {
    type: 'run',
    version: 1,
    scenario: 'all',
    target: 'none',
    seed: 1,
    atLeast: {},
    evidence: { of: 'store' },
  },
  ...[1, 2, 3].map(
    (process): HistoryEvent => ({
      type: 'start',
      time: ++time,
      client: `tui-${process}`,
      process,
      access: 'file',
    }),
  ),
  call(1, '1.0', 'set', 'a'),
  {
    type: 'exit',
    time: ++time,
    client: 'tui-1',
    process: 1,
    code: null,
    signal: 'SIGKILL',
    expected: true,
  },
  call(2, '2.0', 'set', 'b'),
  ok('2.0'),
  call(3, '3.0', 'get', 'a'),
  ok('3.0', null),
  call(3, '3.1', 'get', 'a'),
  ok('3.1', '1.0'),
  { type: 'final', time: ++time, broken: null, entries: { a: '1.0', b: '2.0' }, leftovers: [] },
];

async function staleReadsOf(Kind: typeof Recorder): Promise<number> {
  const file = path.join(newDirectory(), 'history.jsonl');
  const recorder = new Kind(file, monotonicNow());
  for (const event of history()) recorder.record(event);
  await recorder.close();
  for await (const events of readRuns(file)) return judge(toRun(events)).findings.length;
  return Number.NaN;
}

it('what a killed process had sent may arrive late where the target says so, and never on a file', async () => {
  expect(await staleReadsOf(LateRecorder)).toBe(0);
  expect(await staleReadsOf(Recorder)).toBe(1);
});

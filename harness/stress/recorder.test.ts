import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { newDirectory } from '../../src/cli/command.test.helper.js';
import type { FileEvent, HistoryEvent } from '../history/events.js';
import { Recorder } from './recorder.js';

const process = 4711;
const call = { client: 'tui-1', process } as const;
const content = (version: number): FileEvent => ({
  type: 'file',
  time: version,
  until: version,
  version,
  broken: null,
  set: {},
  removed: [],
});

async function recorded(play: (recorder: Recorder) => void): Promise<HistoryEvent[]> {
  const file = path.join(newDirectory(), 'history.jsonl');
  const recorder = new Recorder(file, 0n);
  play(recorder);
  await recorder.close();
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line));
}

test('a kill and an exit name the operation that the end has cut off, and not one that had returned', async () => {
  const kill = { type: 'fault', time: 2, fault: 'kill', phase: 'begin', ...call } as const;
  const exit = { type: 'exit', time: 4, ...call, code: null, signal: 'SIGKILL', expected: true } as const;
  const play = (isReturned: boolean) => (recorder: Recorder) => {
    recorder.record({ type: 'invoke', time: 1, op: 'tui-1.0.0', ...call, action: 'set', key: 'a' });
    recorder.record(kill);
    // What it had said before the signal got there is heard after it.
    if (isReturned) recorder.record({ type: 'ok', time: 3, op: 'tui-1.0.0' });
    recorder.record(exit);
  };
  const cut = (await recorded(play(false))).filter(({ type }) => type === 'fault' || type === 'exit');
  expect(cut).toEqual([
    { ...kill, op: 'tui-1.0.0' },
    { ...exit, op: 'tui-1.0.0' },
  ]);
  const whole = (await recorded(play(true))).filter(({ type }) => type === 'fault' || type === 'exit');
  expect(whole).toEqual([kill, exit]);
});

test('a content is written with the time of its last sight, and the end of the run with the number of looks', async () => {
  const looks = { count: 3, median: 1, max: 2, everyMedian: 3, everyMax: 4 };
  const final: HistoryEvent = { type: 'final', time: 9, broken: null, entries: {}, leftovers: [] };
  const events = await recorded((recorder) => {
    recorder.recordSight(content(1), undefined);
    recorder.recordSight(content(2), 1.5);
    recorder.endSights(looks, 7);
    recorder.record(final);
  });
  expect(events).toEqual([
    { ...content(1), seen: 1.5 },
    { ...content(2), seen: 7 },
    { ...final, looks },
  ]);
});

test('nothing is lost of a run that is cut short', async () => {
  const kill = { type: 'fault', time: 2, fault: 'kill', phase: 'begin', ...call } as const;
  const events = await recorded((recorder) => {
    recorder.recordSight(content(1), undefined);
    recorder.record(kill);
  });
  expect(events).toEqual([content(1), kill]);
});

import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { judge } from '../checkers/index.js';
import type { HistoryEvent } from '../history/events.js';
import { readRuns } from '../history/read.js';
import { toRun } from '../history/run.js';
import { Tally } from './tally.js';

const sample = fileURLToPath(new URL('../../reports/sample/history.jsonl', import.meta.url));

function tallyOf(events: readonly HistoryEvent[]): Tally {
  const tally = new Tally();
  for (const event of events) tally.add(event);
  return tally;
}

it('the running tally has the same counts as the report', async () => {
  for await (const events of readRuns(sample)) {
    const { counts } = tallyOf(events);
    expect(judge(toRun(events)).counts).toMatchObject(counts);
    expect(counts.acknowledged * counts.reads * counts.versions).toBeGreaterThan(0);
  }
});

it('the tally counts each kind of event once, and leaves out failed calls', () => {
  const rogue = { client: 'rogue-1', process: 2 };
  const tui = { client: 'tui-1', process: 1 };
  const fault = { type: 'fault', phase: 'begin', time: 90 } as const;
  const events: HistoryEvent[] = [
    { type: 'run', version: 1, scenario: 'all', target: 'none', seed: 1, atLeast: {} },
    { type: 'start', time: 0, ...tui, access: 'file' },
    { type: 'start', time: 0, ...rogue, access: 'foreign' },
    { type: 'invoke', time: 1, op: 'tui-1.0.0', ...tui, action: 'set', key: 'a' },
    { type: 'ok', time: 2, op: 'tui-1.0.0' },
    { type: 'invoke', time: 3, op: 'tui-1.0.1', ...tui, action: 'get', key: 'a' },
    { type: 'ok', time: 4, op: 'tui-1.0.1', result: 'tui-1.0.0', times: 3 },
    { type: 'invoke', time: 5, op: 'tui-1.0.2', ...tui, action: 'refresh', key: 'b' },
    {
      type: 'token',
      time: 6,
      until: 7,
      op: 'tui-1.0.2',
      process: 1,
      key: 'b',
      token: 'seed.0',
      expires: 0,
      granted: true,
    },
    { type: 'ok', time: 8, op: 'tui-1.0.2', result: 'tui-1.0.2' },
    { type: 'invoke', time: 9, op: 'tui-1.0.3', ...tui, action: 'remove', key: 'a' },
    { type: 'fail', time: 10, op: 'tui-1.0.3', error: 'Error: no' },
    { type: 'invoke', time: 11, op: 'rogue-1.0.0', ...rogue, action: 'set', key: 'c' },
    { type: 'ok', time: 12, op: 'rogue-1.0.0' },
    { type: 'file', time: 13, until: 14, version: 1, broken: null, set: {}, removed: [] },
    { type: 'file', time: 15, until: 16, version: 2, broken: 'it is empty', set: {}, removed: [] },
    { ...fault, fault: 'kill' },
    { ...fault, fault: 'corrupt' },
    { ...fault, fault: 'stale-rewrite' },
    { ...fault, fault: 'misread' },
    { ...fault, fault: 'plant' },
    { ...fault, fault: 'plant', phase: 'end' },
    { ...fault, fault: 'member-kill' },
    { ...fault, fault: 'member-kill', phase: 'end' },
    { ...fault, fault: 'majority-kill' },
    { ...fault, fault: 'pause' },
    { ...fault, fault: 'pause', phase: 'end' },
  ];
  const tally = tallyOf(events);
  expect(tally.counts).toEqual({
    acknowledged: 2,
    reads: 3,
    foreignWrites: 1,
    refreshes: 1,
    versions: 1,
    kills: 1,
    pauses: 1,
    corruptions: 1,
    plants: 1,
    memberKills: 1,
    memberStops: 0,
    memberCuts: 0,
    memberIsolations: 0,
    memberWipes: 0,
    majorityKills: 1,
    staleRewrites: 1,
    misreads: 1,
  });
  expect(tally.faults).toBe(8);
  expect(judge(toRun(events)).counts).toMatchObject(tally.counts);
  expect(tally.missing({ acknowledged: 2, kills: 1 })).toBe(0);
  expect(tally.missing({ acknowledged: 1, reads: 5, versions: 2 })).toBe(3);
  expect(tally.missingFaults({ acknowledged: 9, kills: 1 })).toBe(0);
  expect(tally.missingFaults({ pauses: 3 })).toBe(2);
});

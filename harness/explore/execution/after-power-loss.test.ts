import { expect, it } from 'vitest';
import type { HistoryEvent } from '../../history/events.js';
import { afterPowerLoss } from './after-power-loss.js';

const start = { client: 'A', process: 1 };
const invoke = (op: string, action: 'get' | 'set' | 'refresh'): HistoryEvent => ({
  type: 'invoke',
  time: 0,
  op,
  ...start,
  action,
  key: 'k',
});
const ok = (op: string, result?: string): HistoryEvent =>
  result === undefined ? { type: 'ok', time: 1, op } : { type: 'ok', time: 1, op, result };
const damage: HistoryEvent = { type: 'fault', fault: 'corrupt', phase: 'end', time: 0 };
const look: HistoryEvent = {
  type: 'file',
  time: 0,
  until: 0,
  version: 1,
  broken: null,
  set: {},
  removed: [],
};

it('after a power loss what was acknowledged has to be there, and what was only read need not', () => {
  const kept = [invoke('A.0.0', 'set'), ok('A.0.0'), invoke('A.0.2', 'refresh'), ok('A.0.2', 'A.0.2')];
  const read = [invoke('A.0.1', 'get'), ok('A.0.1', 'B.0.0'), look];
  const given = [invoke('A.0.3', 'refresh'), ok('A.0.3', 'B.0.1')];
  expect(afterPowerLoss([...kept, ...read, ...given])).toEqual(kept);
});

it('a damage is no excuse any more where a change was made after it, and acknowledged', () => {
  const changed = [invoke('A.0.0', 'set'), ok('A.0.0')];
  expect(afterPowerLoss([damage, ...changed])).toEqual(changed);
  // Begun before: it may have been made on what was there before.
  expect(afterPowerLoss([invoke('A.0.0', 'set'), damage, ok('A.0.0')])).toContain(damage);
});

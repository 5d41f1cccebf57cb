import { describe, expect, test } from 'vitest';
import { propertyInTiers } from '../../../src/tiers.test.helper.js';
import type { HistoryEvent } from '../../history/events.js';
import { type Run, toRun } from '../../history/run.js';
import { checkLinearizable } from '../../linearizable/index.js';
import { register } from '../../linearizable/models/register.js';
import { Random } from '../../workload/random.js';
import { healthyRun, mutations } from '../lost-update/mutations.test.helper.js';
import { toCalls } from '../lost-update/register-calls.js';
import { splitIntoRegisters } from '../lost-update/registers.js';
import { RegisterStream } from './register-stream.js';

/** The events of a run, each operation in a process of its own that ends when the operation did, if nobody was told more. */
function toEvents({ header, operations, final, seeds }: Run): HistoryEvent[] {
  const events = operations.flatMap(
    ({ id: op, client, action, key, begin, end, outcome, result }, process) => {
      const by = { client, process };
      const call: HistoryEvent[] = [
        { type: 'start', time: begin, ...by, access: 'file' },
        { type: 'invoke', time: begin, op, ...by, action, ...(key === undefined ? {} : { key }) },
      ];
      if (outcome === 'ok')
        call.push({ type: 'ok', time: end, op, ...(result === undefined ? {} : { result }) });
      else if (outcome === 'fail') call.push({ type: 'fail', time: end, op, error: 'no' });
      else if (Number.isFinite(end)) {
        call.push({ type: 'exit', time: end, ...by, code: null, signal: 'SIGKILL', expected: true });
      }
      return call;
    },
  );
  // In order of time, as they were recorded; begins first, for what meets is concurrent.
  const order = ['start', 'invoke', 'ok', 'fail', 'exit'];
  const timeOf = (event: HistoryEvent) => ('time' in event ? event.time : 0);
  events.sort((a, b) => timeOf(a) - timeOf(b) || order.indexOf(a.type) - order.indexOf(b.type));
  return [header, ...seeds.values(), ...events, ...(final ? [final] : [])];
}

function streamed(events: readonly HistoryEvent[]) {
  const stream = new RegisterStream();
  for (const event of events) stream.add(event);
  return stream.finish();
}

describe('a history that is judged in one pass', () => {
  const title =
    'each key has the verdict of a search of its whole history, or is undecided where it was removed';
  propertyInTiers(title, { few: 200, many: 4000 }, (histories) => {
    const random = new Random(61, 'stream');
    const seen = { valid: 0, invalid: 0, undecided: 0 };
    for (let n = 0; n < histories; n++) {
      const mutate = random.pick(Object.values(mutations));
      const tampered = random.oneIn(3) ? healthyRun(random) : mutate(healthyRun(random), random);
      if (tampered === undefined) continue;
      const events = toEvents(tampered);
      const run = toRun(events);
      const { invalid, undecided } = streamed(events);
      for (const [key, own] of splitIntoRegisters(run, new Map())) {
        const { verdict } = checkLinearizable(register, toCalls(own));
        const wasRemoved = run.operations.some((one) => one.action === 'remove' && one.key === key);
        if (wasRemoved && !invalid.includes(key)) {
          expect(undecided).toContain(key);
          seen.undecided++;
          continue;
        }
        if (invalid.includes(key) !== (verdict === 'invalid'))
          expect.fail(`${key}: ${JSON.stringify(events)}`);
        seen[verdict === 'invalid' ? 'invalid' : 'valid']++;
      }
    }
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(histories / 20);
  });

  test('the stream knows seeds, refreshes and keys that appear late, and leaves out foreign clients', () => {
    const events = (more: HistoryEvent[]): HistoryEvent[] => [
      { type: 'run', version: 1, scenario: 's', target: 't', seed: 1, atLeast: {} },
      { type: 'seed', key: 'seeded', value: 'seed.0' },
      { type: 'start', time: 0, client: 'a', process: 1, access: 'file' },
      { type: 'start', time: 0, client: 'rogue', process: 2, access: 'foreign' },
      ...more,
    ];
    const call = (
      op: string,
      time: number,
      action: 'get' | 'all' | 'set' | 'refresh',
      key?: string,
      process = 1,
    ) => ({ type: 'invoke', time, op, client: 'a', process, action, ...(key ? { key } : {}) }) as const;
    const ok = (op: string, time: number, result?: string | null | Record<string, string>) =>
      ({ type: 'ok', time, op, ...(result === undefined ? {} : { result }) }) as const;
    const invalidIn = (...more: HistoryEvent[]) => streamed(events(more)).invalid;

    expect(invalidIn(call('1', 1, 'get', 'seeded'), ok('1', 2, 'seed.0'))).toEqual([]);
    expect(invalidIn(call('1', 1, 'get', 'seeded'), ok('1', 2, null))).toEqual(['seeded']);
    const refreshed = [call('1', 1, 'refresh', 'seeded'), ok('1', 2, '1')] as const;
    expect(invalidIn(...refreshed, call('2', 3, 'get', 'seeded'), ok('2', 4, '1'))).toEqual([]);
    expect(invalidIn(...refreshed, call('2', 3, 'get', 'seeded'), ok('2', 4, 'seed.0'))).toEqual(['seeded']);
    // Absent in the read of all, and present long before it.
    const late = [call('2', 3, 'all'), ok('2', 4, { seeded: 'seed.0' })] as const;
    expect(invalidIn(call('1', 1, 'set', 'late'), ok('1', 2), ...late)).toEqual(['late']);
    // The same, written down late: processes report in turns.
    expect(invalidIn(...late, call('1', 1, 'set', 'late'), ok('1', 2))).toEqual(['late']);
    expect(invalidIn(...late, call('1', 5, 'set', 'late'), ok('1', 6))).toEqual([]);
    expect(invalidIn(call('1', 1, 'get', 'x', 2), ok('1', 2, 'nobodys'))).toEqual([]);
  });
});

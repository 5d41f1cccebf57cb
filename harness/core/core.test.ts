import { describe, expect, it } from 'vitest';
import type { HistoryEvent } from '../history/events.js';
import { toRun } from '../history/run.js';
import { isTorn, outcomeOfError } from './outcome.js';
import { worstOf } from './verdict.js';

describe('the outcome of a call that threw', () => {
  const cases: ['get' | 'all' | 'set' | 'remove', unknown, 'fail' | 'unknown'][] = [
    ['get', new Error('anything'), 'fail'],
    ['all', new Error('anything'), 'fail'],
    ['set', new Error('anything'), 'unknown'],
    ['remove', 'a thrown string', 'unknown'],
    ['set', Object.assign(new Error('refused'), { definite: true }), 'fail'],
    ['set', Object.assign(new Error('who knows'), { definite: false }), 'unknown'],
    [
      'set',
      new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ECONNREFUSED' }) }),
      'fail',
    ],
    [
      'set',
      new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ECONNRESET' }) }),
      'unknown',
    ],
  ];
  it.each(cases)('the outcome of %s that threw %s is %s', (action, error, outcome) => {
    expect(outcomeOfError(action, error)).toBe(outcome);
  });

  it('a parse error may mean that the file was torn', () => {
    expect(isTorn(new SyntaxError('Unexpected end of JSON input'))).toBe(true);
    expect(isTorn(new Error('busy'))).toBe(false);
  });
});

describe('the pairing of operations with their ends', () => {
  const header = { type: 'run', version: 1, scenario: 's', target: 't', seed: 1, atLeast: {} } as const;
  const start = (access: 'file' | 'http') =>
    ({ type: 'start', time: 0, client: 'c', process: 7, access }) as const;
  const invoke = {
    type: 'invoke',
    time: 5,
    op: 'c.0.0',
    client: 'c',
    process: 7,
    action: 'set',
    key: 'k',
  } as const;
  const exit = (signal: string | null) =>
    ({
      type: 'exit',
      time: 9,
      client: 'c',
      process: 7,
      code: signal ? null : 0,
      signal,
      expected: true,
    }) as const;
  const only = (...events: HistoryEvent[]) => toRun([header, ...events]).operations[0];

  it('a call that returned has the outcome "ok" and the time of its end', () => {
    expect(only(start('file'), invoke, { type: 'ok', time: 6, op: 'c.0.0' })).toMatchObject({
      outcome: 'ok',
      end: 6,
    });
  });
  const other = (begin: number, end: number, action: 'set' | 'get' = 'set'): HistoryEvent[] => [
    { type: 'invoke', time: begin, op: `d.0.${begin}`, client: 'd', process: 8, action, key: 'k' },
    { type: 'ok', time: end, op: `d.0.${begin}` },
  ];
  it('a killed call ends at the latest with the first change that began after its process had ended', () => {
    const changes = [...other(8, 10), ...other(10, 30), ...other(11, 20), ...other(21, 22)];
    expect(only(start('file'), invoke, exit('SIGKILL'), ...changes)).toMatchObject({
      outcome: 'unknown',
      end: 20,
      hung: false,
    });
  });
  it('a killed call has no end where nothing was changed afterwards', () => {
    expect(only(start('file'), invoke, exit('SIGKILL'), ...other(10, 11, 'get'))?.end).toBe(Infinity);
  });
  it('a call of a client that was killed while a server worked on it has no end', () => {
    expect(only(start('http'), invoke, exit('SIGKILL'))).toMatchObject({ outcome: 'unknown', end: Infinity });
  });
  it('a call with an unknown outcome has no end', () => {
    const unknown = { type: 'unknown', time: 6, op: 'c.0.0', error: 'who knows' } as const;
    expect(only(start('file'), invoke, unknown, exit(null))).toMatchObject({
      outcome: 'unknown',
      end: Infinity,
    });
  });
  it('a call is hung if its process ended normally without its return', () => {
    expect(only(start('file'), invoke, exit(null))?.hung).toBe(true);
  });
  it('an end without a begin is no history', () => {
    expect(() => toRun([header, { type: 'ok', time: 6, op: 'c.0.0' }])).toThrow('never began');
    expect(() => toRun([invoke])).toThrow('begins with a "run" event');
  });
});

it('the worst verdict wins, and no verdict at all is unknown', () => {
  expect(worstOf(['valid', 'invalid', 'unknown'])).toBe('invalid');
  expect(worstOf(['valid', 'unknown'])).toBe('unknown');
  expect(worstOf([])).toBe('unknown');
});

import { describe, expect, test } from 'vitest';
import { checkText } from './files.test.helper.js';
import { layouts, type Written } from './layouts.test.helper.js';

const event = (
  process: number,
  type: Written['type'],
  f: string,
  value: string,
  error?: string,
): Written => ({
  process,
  type,
  f,
  value,
  ...(error === undefined ? {} : { error }),
});
const write = [event(3, 'invoke', 'write', '4'), event(3, 'ok', 'write', '4')];
const read = (value: string) => [event(1, 'invoke', 'read', 'nil'), event(1, 'ok', 'read', value)];
const timedOut = [event(7, 'invoke', 'write', '2'), event(7, 'info', 'write', '2', ':timeout')];

describe.each(Object.entries(layouts))('a history in the layout of %s', (_, write_) => {
  test('the history is read whole and gets its verdict', async () => {
    const events = [...write, ...read('2')];
    expect(await checkText(write_(events))).toMatchObject({
      result: 'invalid',
      calls: 2,
      lines: { operations: 4, unread: 0 },
    });
    expect(await checkText(write_([...write, ...read('4')]))).toMatchObject({ result: 'valid', calls: 2 });
  });

  test('an operation that ended with an error may have happened, and one that failed has not', async () => {
    expect(await checkText(write_([...timedOut, ...write, ...read('2')]))).toMatchObject({
      result: 'valid',
      calls: 3,
    });
    const refused = [event(7, 'invoke', 'write', '2'), event(7, 'fail', 'write', '2', ':not-leader')];
    expect(await checkText(write_([...refused, ...write, ...read('2')]))).toMatchObject({
      result: 'invalid',
    });
  });

  test('a history of several registers is judged by key', async () => {
    const of = (key: number, events: readonly Written[]) =>
      events.map((one) => ({ ...one, value: `[${key} ${one.value}]` }));
    const cas = [event(5, 'invoke', 'cas', '[4 6]'), event(5, 'ok', 'cas', '[4 6]')];
    const healthy = [...of(0, write), ...of(1, read('nil')), ...of(0, cas), ...of(0, read('6'))];
    expect(await checkText(write_(healthy))).toMatchObject({ result: 'valid', calls: 4 });
    const stale = [...of(1, write), ...of(1, read('nil'))];
    expect(await checkText(write_([...healthy, ...stale]))).toMatchObject({
      result: 'invalid',
      contradiction: { part: '1' },
    });
  });

  test('a transaction is refused with the number of its line', async () => {
    const txn = [event(0, 'invoke', 'txn', '[[:r 1 nil] [:append 9 1]]')];
    await expect(checkText(write_([...write, ...txn]))).rejects.toThrow(
      /:\d+ can't be read: a transaction, :txn/,
    );
  });
});

import { expect, test } from 'vitest';
import { checkText } from './files.test.helper.js';

const run = { type: 'run', version: 1, scenario: 's', target: 't', seed: 1, atLeast: {} };
const start = { type: 'start', time: 0, client: 'a', process: 1, access: 'file' };
const set = { type: 'invoke', time: 5, op: 'a.0.0', client: 'a', process: 1, action: 'set', key: 'k' };
const ok = { type: 'ok', time: 6, op: 'a.0.0' };
const final = { type: 'final', time: 9, broken: null, entries: { k: 'a.0.0' }, leftovers: [] };
const text = (...events: object[]) => events.map((event) => `${JSON.stringify(event)}\n`).join('');

test.each<[wrong: string, events: object[], message: RegExp]>([
  [
    'an end before its begin',
    [run, start, set, { ...ok, time: 4 }],
    /:4 .*a\.0\.0 ends at 4, before its begin at 5/,
  ],
  ['an end in a line before its begin', [run, start, ok, set], /:3 .*a\.0\.0 ends and has not begun/],
  ['an operation that begins twice', [run, start, set, set], /:4 .*a\.0\.0 begins twice/],
  ['an operation that ends twice', [run, start, set, ok, ok], /:5 .*a\.0\.0 ends twice/],
  [
    'an unknown action',
    [run, start, { ...set, action: 'put' }],
    /unknown action "put", expected one of: get, all/,
  ],
  ['a set of no key', [run, start, { ...set, key: undefined }], /set has no "key"/],
  ['an unknown type', [run, { type: 'hello' }], /:2 .*unknown type "hello"/],
  ['no time', [run, start, { ...set, time: 'soon' }], /its "time" is no number/],
  ['events before a run', [start, set, ok], /:1 .*a "run" event comes first/],
  ['another version', [{ ...run, version: 2 }], /version 2, expected 1/],
])('a history with %s is refused under every model', async (_, events, message) => {
  await expect(checkText(text(...events))).rejects.toThrow(message);
  await expect(checkText(text(...events), { model: 'register' })).rejects.toThrow(message);
});

test('a history whose last line was cut is judged as interrupted', async () => {
  const whole = text(run, start, set, ok, final);
  const cut = whole.slice(0, -20);
  expect(await checkText(whole)).toMatchObject({ result: 'valid' });
  expect(await checkText(cut)).toMatchObject({
    result: 'unknown',
    checks: { coverage: { summary: 'interrupted: cut in line 5' } },
  });
  expect(await checkText(cut, { model: 'register' })).toMatchObject({ result: 'unknown', interrupted: true });
  // The next run is cut: that the one before was healthy is not all that the file says.
  expect(await checkText(whole + text(run).slice(0, -9))).toMatchObject({ result: 'unknown' });
});

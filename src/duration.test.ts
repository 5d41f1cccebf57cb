import { expect, it } from 'vitest';
import { readDuration } from './duration.js';

it.each([
  ['500ms', 500],
  ['20s', 20_000],
  ['1.5h', 5_400_000],
  ['0.5s', 500],
  ['90d', 7_776_000_000],
  ['4w', 2_419_200_000],
  ['1y', 31_536_000_000],
])('the duration %s is %d ms, wherever it is read', (text, milliseconds) => {
  expect(readDuration(text)).toBe(milliseconds);
});

it.each(['', '0h', '0.0001ms', '1', 'h', '-1s', '01d', '1e3d', '90 d', '90D', '1month', '999999999y', '1s '])(
  'the duration %j is refused',
  (text) => {
    expect(readDuration(text)).toBeUndefined();
  },
);

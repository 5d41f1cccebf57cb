import { expect, it } from 'vitest';
import { pauseMsOf } from './pause.js';

it.each([
  [0, 10, 50],
  [1, 20, 100],
  [3, 80, 400],
  [30, 80, 400],
])('after round %d an engine is asked again in %d to %d ms', (round, from, to) => {
  for (let n = 0; n < 100; n++) {
    const ms = pauseMsOf(round, 60_000);
    expect(ms).toBeGreaterThanOrEqual(from);
    expect(ms).toBeLessThanOrEqual(to);
  }
});

it('no pause goes past the deadline', () => {
  expect([pauseMsOf(30, 5), pauseMsOf(30, 0), pauseMsOf(30, -1)]).toEqual([5, 0, 0]);
});

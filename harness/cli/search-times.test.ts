import { expect, it } from 'vitest';
import { SearchTimes, searchMsMin } from './search-times.js';

/** Makes searches that each take their share, less or more by so much. @returns when the last has ended */
function play(durationMs: number, more: readonly number[], begunMs = 300): number {
  const times = new SearchTimes(durationMs, begunMs, more.length);
  return more.reduce((now, extra, at) => now + (times.shareOf(more.length - at, now) ?? 0) + extra, begunMs);
}

it('searches that take their shares end with the duration of the command, however many there are', () => {
  expect(play(60_000, [0])).toBe(60_300);
  expect(play(60_000, [0, 0, 0, 0, 0])).toBeCloseTo(60_300, 5);
});

it('what one search does not need, or takes too much, is shared among those to come', () => {
  expect(play(60_000, [-9000, 0, 0])).toBeCloseTo(60_300, 5);
  expect(play(60_000, [0, 5000, 0])).toBeCloseTo(60_300, 5);
});

it('no search gets less than it needs to begin, and a duration that has no such time for each is refused', () => {
  expect(new SearchTimes(4000, 0, 2).shareOf(1, 9000)).toBe(searchMsMin);
  expect(() => new SearchTimes(2000, 0, 9)).toThrow(
    'a duration of 2s is too short for 9 searches; give --duration 9s or more',
  );
  expect(new SearchTimes(undefined, 0, 9).shareOf(9, 0)).toBeUndefined();
});

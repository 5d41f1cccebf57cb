import { describe, expect, it } from 'vitest';
import { meets } from './result.js';
import { medianOf, percentileOf, spreadOf } from './statistics.js';

describe('what is said of many rounds', () => {
  it('is the middle one, or what lies between the two in the middle, by size and not by order', () => {
    expect(medianOf([100, 2, 30])).toBe(30);
    expect(medianOf([100, 2, 30, 4])).toBe(17);
  });
  it('has the ends with it', () => {
    expect(spreadOf([9, 10, 2])).toEqual({ median: 9, min: 2, max: 10 });
  });
  it('has percentiles that did occur', () => {
    const hundred = Array.from({ length: 100 }, (_, n) => 100 - n);
    expect([50, 99, 100].map((percent) => percentileOf(hundred, percent))).toEqual([50, 99, 100]);
    expect(percentileOf([7], 50)).toBe(7);
  });
});

it('a goal is met at its lower bound, and missed at its upper one', () => {
  expect([meets(3, { atLeast: 3 }), meets(2.9, { atLeast: 3 })]).toEqual([true, false]);
  expect([meets(5, { below: 5 }), meets(4.9, { below: 5 })]).toEqual([false, true]);
});

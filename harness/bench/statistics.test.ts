import { describe, expect, it } from 'vitest';
import { meets } from './result.js';
import { medianOf, percentileOf, spreadOf } from './statistics.js';

describe('statistics of many rounds', () => {
  it('the median is the middle value, or the mean of the two in the middle, of the sorted values', () => {
    expect(medianOf([100, 2, 30])).toBe(30);
    expect(medianOf([100, 2, 30, 4])).toBe(17);
  });
  it('the spread has the median, the least and the greatest value', () => {
    expect(spreadOf([9, 10, 2])).toEqual({ median: 9, min: 2, max: 10 });
  });
  it('a percentile is one of the values', () => {
    const hundred = Array.from({ length: 100 }, (_, n) => 100 - n);
    expect([50, 99, 100].map((percent) => percentileOf(hundred, percent))).toEqual([50, 99, 100]);
    expect(percentileOf([7], 50)).toBe(7);
  });
});

it('a goal is met at its lower bound and missed at its upper bound', () => {
  expect([meets(3, { atLeast: 3 }), meets(2.9, { atLeast: 3 })]).toEqual([true, false]);
  expect([meets(5, { below: 5 }), meets(4.9, { below: 5 })]).toEqual([false, true]);
});

import { expect, it } from 'vitest';
import { endOf } from './plan.js';

it('a search that is to end in time leaves a part of it, of some seconds at most, for what comes after the last execution', () => {
  expect(endOf(100, 20_000)).toBe(100 + 18_400);
  expect(endOf(100, 600_000)).toBe(100 + 595_000);
  expect(endOf(100, Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
});

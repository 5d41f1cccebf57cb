import { expect, it } from 'vitest';
import { decodeUses, encodeUses, LastUses, withUses } from './use-times.js';

it('of more uses than are kept the oldest are dropped, and are unknown from then on', () => {
  const before = new LastUses(new Map(Array.from({ length: 20 }, (_, n) => [`t${n}`, 100 + n])));
  const text = encodeUses(withUses(before, new Map([['new', 500]]), 11));
  const { times, unreadable } = decodeUses(text, 'notes');
  expect([times.size, unreadable]).toEqual([11, undefined]);
  const uses = new LastUses(times);
  expect([uses.of('new', 1), uses.of('t19', 1), uses.of('t0', 1)]).toEqual([500, 119, 'unknown']);
  expect(uses.of('made later', 501)).toBe(null);
});

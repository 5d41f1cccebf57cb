import { expect, test } from 'vitest';
import { run } from '../fixtures.test.helper.js';
import { findLateWrites } from './late-writes.js';
import { Looks } from './looks.js';
import { overlapSearch } from './overlaps.js';

const lateIn = (text: string) => {
  const one = run(text);
  const looks = new Looks(one);
  const byId = new Map(one.operations.map((operation) => [operation.id, operation]));
  const late = findLateWrites(byId, looks, overlapSearch(one.operations));
  return [...Array(looks.count).keys()].flatMap((look) =>
    look === 0 ? [] : late.in(look).map(({ id }) => id),
  );
};

test('a value that comes after its acknowledgement, with no change of its process, came late', () => {
  expect(
    lateIn(`
      0-1 tui-1.0.1 set a
      2-3 tui-2.0.1 set b
      5-7 tui-2.0.2 set c
      file 4 b=tui-2.0.1
      file 6-8 a=tui-1.0.1 c=tui-2.0.2
      final 20 a=tui-1.0.1 b=tui-2.0.1 c=tui-2.0.2`),
  ).toEqual(['tui-1.0.1']);
});

test('a value that comes again with the next change of a process that remembers it did not come late', () => {
  expect(
    lateIn(`
      0-1 tui-1.0.1 set a
      2-3 tui-2.0.1 set b
      5-7 tui-1.0.2 set c
      file 4 b=tui-2.0.1
      file 6-8 a=tui-1.0.1 c=tui-1.0.2 -b
      final 20 a=tui-1.0.1 c=tui-1.0.2`),
  ).toEqual([]);
});

test('a value still came late where the next change of its process is not yet in the file', () => {
  expect(
    lateIn(`
      0-1 tui-1.0.1 set a
      2-3 tui-2.0.1 set b
      5-9 tui-1.0.2 set c
      file 4 b=tui-2.0.1
      file 6-8 a=tui-1.0.1
      file 10 c=tui-1.0.2
      final 20 a=tui-1.0.1 b=tui-2.0.1 c=tui-1.0.2`),
  ).toEqual(['tui-1.0.1']);
});

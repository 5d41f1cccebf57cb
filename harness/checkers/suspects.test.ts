import { expect, test } from 'vitest';
import { run } from './fixtures.test.helper.js';
import { overlapSearch } from './overlaps.js';
import { suspectsOf } from './suspects.js';

test('suspects come in order: who could read an older copy, whose change is in the file, others, the earliest', () => {
  const { operations, files } = run(`
    10-14 tui-1.0.1  set a
    4-22  tui-1.0.2  set e
    5-22  web-1.0.1  set b
    6-22  web-2.0.1  set c
    3-22  web-3.0.1  remove d
    1-25  web-4.0.1  set x
    2-22  web-5.0.1  remove z
    7-    web-6.0.1  set y
    15-22 web-7.0.1  set f
    0-9   web-8.0.1  set over-before-the-victim
    23-24 web-9.0.1  set begun-after-the-look
    10-12 web-10.0.1 set a
    foreign rogue-1
    3-19 rogue-1.0.1 remove g
    file  20-21 b=web-1.0.1 c=web-2.0.1 e=tui-1.0.2 f=web-7.0.1 a=web-10.0.1
    file  20-21 -a -d over-before-the-victim=web-8.0.1 begun-after-the-look=web-9.0.1`);
  const byId = new Map(operations.map((operation) => [operation.id, operation]));
  const [victim] = operations.filter(({ id }) => id === 'tui-1.0.1');
  const [sets, removes] = files;
  if (!victim || !sets || !removes) throw new Error('the history has them all');

  const version = { ...sets, set: { ...sets.set, ...removes.set }, removed: removes.removed };
  const loss = {
    register: { key: 'a', writes: new Map(), removals: [] },
    victim: { id: victim.id, begin: victim.begin, end: victim.end, acknowledged: true, operation: victim },
    value: victim.id,
    since: victim.end,
  };
  const suspects = suspectsOf(version, loss, byId, overlapSearch(operations), ({ foreign }) => foreign);
  expect(suspects.map(({ eraser, evidence }) => `${eraser.id}: ${evidence}`)).toEqual([
    'rogue-1.0.1: it rewrote an older copy',
    'web-1.0.1: its value came',
    'web-2.0.1: its value came',
    'tui-1.0.2: its value came',
    'web-3.0.1: its key went',
    'web-4.0.1: under way',
    'web-5.0.1: under way',
    'web-6.0.1: under way',
    'web-7.0.1: its value came',
  ]);
});

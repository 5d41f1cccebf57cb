import { expect, test } from 'vitest';
import { run } from '../fixtures.test.helper.js';
import { judge } from '../index.js';
import { Looks } from './looks.js';
import { overlapSearch } from './overlaps.js';
import { suspectsOf } from './suspects.js';

test('suspects are sorted: their change came with the loss, they could read an older copy, others, the earliest', () => {
  const one = run(`
    10-14 tui-1.0.1  set a
    4-22  tui-1.0.2  set e
    5-22  web-1.0.1  set b
    6-22  web-2.0.1  set c
    3-22  web-3.0.1  remove d
    1-25  web-4.0.1  set x
    2-22  web-5.0.1  remove z
    7-    web-6.0.1  set y
    15-22 web-7.0.1  set f
    0-17  web-8.0.1  set over-before-the-victim-was-last-seen
    23-24 web-9.0.1  set begun-after-the-look
    10-22 web-10.0.1 set a
    foreign rogue-1
    3-19 rogue-1.0.1 remove g
    file  13-14 d=old over-before-the-victim-was-last-seen=web-8.0.1
    file  18-19 a=tui-1.0.1 g=old
    file  20-21 b=web-1.0.1 c=web-2.0.1 e=tui-1.0.2 f=web-7.0.1 a=web-10.0.1 -a -d -g`);
  const looks = new Looks(one);
  const [victim] = one.operations.filter(({ id }) => id === 'tui-1.0.1');
  if (!victim) throw new Error('the history has it');
  const loss = {
    register: { key: 'a', writes: new Map(), removals: [], reads: [] },
    victim: { id: victim.id, begin: victim.begin, end: victim.end, acknowledged: true, operation: victim },
    value: victim.id,
    since: victim.end,
    until: 30e6,
  };
  const gap = { from: 18e6, to: 21e6, look: 2, isOwnInnocent: false };
  const underWay = overlapSearch(one.operations);
  const suspects = suspectsOf(gap, loss, looks, underWay, ({ foreign }) => foreign);
  expect(suspects.map(({ eraser, evidence }) => `${eraser.id}: ${evidence}`)).toEqual([
    'rogue-1.0.1: it rewrote an older copy',
    'web-1.0.1: its value came',
    'web-2.0.1: its value came',
    'tui-1.0.2: its value came',
    'web-7.0.1: its value came',
    'web-3.0.1: its key went',
    'web-4.0.1: under way',
    'web-5.0.1: under way',
    'web-6.0.1: under way',
  ]);
});

test('a suspect that returned before the victim was last seen comes last, though its value came as the victim went', () => {
  const { findings } = judge(
    run(`
    seed s seed.0
    9-11  tui-1.0.1   set a
    3-8   tui-3.0.1   set b
    10-19 tui-2.0.2   set d
    file  1 s=seed.0
    file  13-14 a=tui-1.0.1
    file  17-18 b=tui-3.0.1 d=tui-2.0.2 -a
    final 20 s=seed.0 b=tui-3.0.1 d=tui-2.0.2`),
  );
  const loss = findings.find(({ key }) => key === 'a');
  expect(loss?.operations).toEqual(['tui-1.0.1', 'tui-2.0.2', 'tui-3.0.1']);
  expect(loss?.sentence).toContain(
    'when one of tui-2.0.2 (set "d", most likely), tui-3.0.1 (set "b", acknowledged before) wrote',
  );
});

import { expect, test } from 'vitest';
import { run } from './fixtures.test.helper.js';
import { judge } from './index.js';

/** One writer after another, and one call that waits from the first to the last of them. */
function starving(count: number, more = ''): string[] {
  const writes = Array.from({ length: count }, (_, at) => `${at + 1}-${at + 1} tui-1.0.${at} set k${at % 7}`);
  const { findings } = judge(run(`0-${count + 1} web-1.0.0 get b =\n${writes.join('\n')}\n${more}`));
  return findings.filter(({ kind }) => kind === 'starved').map(({ sentence }) => sentence);
}

test('a call is starved if over a thousand later writes, more than half of all, overtake it', () => {
  expect(starving(1200)).toEqual([
    'web-1.0.0 (get "b"), called at 0.000 ms, returned at 1201.000 ms, after 1200 of 1200 writes that were called later',
  ]);
});

test('a call that a few hundred writes overtake is not starved, nor one that a minority of all writes overtake', () => {
  expect(starving(900)).toEqual([]);
  const others = Array.from({ length: 1300 }, (_, at) => `${2000 + at}-${2000 + at} tui-2.0.${at} set other`);
  expect(starving(1200, others.join('\n'))).toEqual([]);
});

test('no call is starved while another process is stopped', () => {
  expect(starving(1200, 'pause 5-1100 tui-2.0')).toEqual([]);
});

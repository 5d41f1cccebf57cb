import { expect, test } from 'vitest';
import { run } from '../fixtures.test.helper.js';
import { judge } from '../index.js';
import { describePlanted } from '../planted.test.helper.js';

const rogue = `
  foreign rogue-1
  0-5   tui-1.0.1   set a
  4-9   rogue-1.0.1 set r
  stale-rewrite 8 rogue-1.0
  file  5 a=tui-1.0.1
  file  10 r=rogue-1.0.1 -a`;

describePlanted([
  {
    rule: 'a write that a foreign program erased is lost unless the store restores it, and the program is named',
    planted: `${rogue}
      12-13 tui-1.0.2 get a =
      final 20 r=rogue-1.0.1`,
    healthy: `${rogue}
      12-13 tui-1.0.2 get a = tui-1.0.1
      final 20 a=tui-1.0.1 r=rogue-1.0.1`,
    found: {
      kind: 'lost-update',
      guarantee: 'G2',
      operations: ['tui-1.0.1', 'rogue-1.0.1'],
      key: 'a',
      sentence: /gone by 10\.000 ms, when rogue-1\.0\.1 set "r" from an older copy of the file$/,
    },
  },
  {
    rule: 'a foreign program whose rewrite left no trace is named first, from the record of its rewrite',
    planted: `
      foreign rogue-1
      0-5   tui-1.0.1   set a
      8-14  tui-2.0.1   set b
      4-9   rogue-1.0.1 remove r
      stale-rewrite 8 rogue-1.0
      file  5  a=tui-1.0.1
      file  10 -a
      final 20 b=tui-2.0.1`,
    healthy: `
      foreign rogue-1
      0-5   tui-1.0.1   set a
      8-14  tui-2.0.1   set b
      4-9   rogue-1.0.1 remove r
      stale-rewrite 8 rogue-1.0
      file  5  a=tui-1.0.1
      file  10 -a
      final 20 a=tui-1.0.1 b=tui-2.0.1`,
    found: {
      kind: 'lost-update',
      guarantee: 'G2',
      operations: ['tui-1.0.1', 'rogue-1.0.1', 'tui-2.0.1'],
      sentence: /gone by 10\.000 ms, when one of rogue-1\.0\.1 \(removed "r", most likely\), tui-2/,
    },
  },
  {
    rule: 'a foreign program that writes in halves tears the file for others, but never for the clients of a store',
    planted: `
      foreign rogue-1
      4-9   rogue-1.0.1 set r
      6-7   tui-1.0.1   set a fail torn
      file  7 broken
      file  10 r=rogue-1.0.1
      final 20 r=rogue-1.0.1`,
    healthy: `
      foreign rogue-1
      4-9   rogue-1.0.1 set r
      6-9   tui-1.0.1   set a
      file  7 broken
      file  10 a=tui-1.0.1 r=rogue-1.0.1
      final 20 a=tui-1.0.1 r=rogue-1.0.1`,
    found: { kind: 'torn-read', guarantee: 'G1', operations: ['tui-1.0.1'] },
  },
]);

test('a foreign write carries no promise and does not count as acknowledged: its loss is told as foreign', () => {
  const { findings, counts, notes } = judge(
    run(`
      foreign rogue-1
      foreign agent-1
      0-5   rogue-1.0.1 set r
      stale-rewrite 4 rogue-1.0
      6-7   tui-1.0.1 get r = rogue-1.0.1
      8-9   tui-1.0.2 get r =
      8-12  agent-1.0.1 set s
      misread 9 agent-1.0
      15-16 agent-1.0.2 remove s
      final 20 s=agent-1.0.1`),
  );
  expect(findings).toEqual([]);
  expect(counts).toMatchObject({
    acknowledged: 0,
    lost: 0,
    resurrected: 0,
    reads: 2,
    foreignWrites: 3,
    staleRewrites: 1,
    misreads: 1,
    foreignLost: 1,
    foreignUndone: 1,
  });
  expect(notes).toEqual([
    'Programs that know no store lost 1 of their 3 writes, and 1 removal came back: their own doing, and no violation.',
  ]);
});

test('a torn file is a finding where the foreign program was not writing', () => {
  const { findings } = judge(
    run(
      'foreign rogue-1\n 4-9 rogue-1.0.1 set r\n file 10 r=rogue-1.0.1\n file 12 broken\n final 20 r=rogue-1.0.1',
    ),
  );
  expect(findings.map(({ kind }) => kind)).toEqual(['torn-file']);
});

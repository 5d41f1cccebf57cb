import { expect, test } from 'vitest';
import { run } from './fixtures.test.helper.js';
import { judge } from './index.js';
import { describePlanted } from './planted.test.helper.js';

const killed = `
  0-5   tui-1.0.1   set a
  kill  7 tui-1.0
  exit  8 tui-1.0 SIGKILL`;

describePlanted([
  {
    rule: 'an acknowledged write outlives its process',
    planted: `${killed}\n file 10 b=tui-2.0.1\n 0-9 tui-2.0.1 set b\n final 20 b=tui-2.0.1`,
    healthy: `${killed}\n file 10 b=tui-2.0.1\n 0-9 tui-2.0.1 set b\n final 20 a=tui-1.0.1 b=tui-2.0.1`,
    found: {
      kind: 'lost-update',
      guarantee: 'G3',
      operations: ['tui-1.0.1', 'tui-2.0.1'],
      sentence: /; its process was killed at 7\.000 ms, after the acknowledgement$/,
    },
  },
  {
    rule: 'a write that only its own process read is lost like any other',
    planted: `${killed}\n 6-7 tui-1.0.2 get a = tui-1.0.1\n final 20`,
    healthy: `${killed}\n 6-7 tui-1.0.2 get a = tui-1.0.1\n final 20 a=tui-1.0.1`,
    found: { kind: 'lost-update', guarantee: 'G3', operations: ['tui-1.0.1'] },
  },
  {
    rule: 'an acknowledged write outlives a loss of power',
    planted: `0-5 tui-1.0.1 set a\n power-loss 7\n final 20`,
    healthy: `0-5 tui-1.0.1 set a\n power-loss 7\n final 20 a=tui-1.0.1`,
    found: {
      kind: 'lost-update',
      guarantee: 'G3',
      operations: ['tui-1.0.1'],
      sentence: /; the power was lost at 7\.000 ms, after the acknowledgement$/,
    },
  },
]);

test.each([
  ['it was in the file, and another process erased it', `${killed}\n file 6 a=tui-1.0.1\n final 20`],
  ['another process had read it', `${killed}\n 6-7 tui-2.0.1 get a = tui-1.0.1\n final 20`],
  ['it was missed before', `${killed}\n 5.5-6 tui-2.0.1 get a =\n final 20`],
])('a loss is not blamed on the kill where %s', (_, text) => {
  expect(judge(run(text)).findings.map(({ guarantee, kind }) => `${guarantee} ${kind}`)).toEqual([
    'G2 lost-update',
  ]);
});

import { expect, test } from 'vitest';
import { run } from './fixtures.test.helper.js';
import { judge } from './index.js';
import { describePlanted } from './planted.test.helper.js';

const start = `
  seed k seed.oauth.0
  0-9 tui-1.0.1 refresh k = tui-1.0.1
  token 2-3 tui-1.0.1 k seed.oauth.0 0`;

describePlanted([
  {
    rule: 'a refresh token is used once, even if the server forgives it',
    planted: `${start}
      1-12 tui-2.0.1 refresh k = tui-2.0.1
      token 4-5 tui-2.0.1 k seed.oauth.0 0
      final 20 k=tui-2.0.1`,
    healthy: `${start}
      1-12 tui-2.0.1 refresh k = tui-1.0.1
      final 20 k=tui-1.0.1`,
    found: {
      kind: 'token-reused',
      guarantee: 'G10',
      operations: ['tui-2.0.1', 'tui-1.0.1'],
      key: 'k',
      sentence:
        /^tui-2\.0\.1 presented the refresh token of seed\.oauth\.0 \("k"\) at 4\.000 ms, which tui-1\.0\.1 had used by 3\.000 ms, and got another credential for it$/,
    },
  },
  {
    rule: 'a refresh token of a killed process is used by one more process, not by two',
    planted: `
      seed k seed.oauth.0
      0-   tui-1.0.1 refresh k
      token 2-3 tui-1.0.1 k seed.oauth.0 0
      kill 4 tui-1.0
      exit 5 tui-1.0 SIGKILL
      4-9  tui-2.0.1 refresh k = tui-2.0.1
      token 6-7 tui-2.0.1 k seed.oauth.0 0
      6-9  tui-3.0.1 refresh k unknown
      token 7-8 tui-3.0.1 k seed.oauth.0 0 refused
      final 20 k=tui-2.0.1`,
    healthy: `
      seed k seed.oauth.0
      0-   tui-1.0.1 refresh k
      token 2-3 tui-1.0.1 k seed.oauth.0 0
      kill 4 tui-1.0
      exit 5 tui-1.0 SIGKILL
      4-9  tui-2.0.1 refresh k = tui-2.0.1
      token 6-7 tui-2.0.1 k seed.oauth.0 0
      final 20 k=tui-2.0.1`,
    found: {
      kind: 'token-reused',
      guarantee: 'G10',
      operations: ['tui-3.0.1', 'tui-2.0.1'],
      sentence: /and was refused$/,
    },
  },
  {
    rule: 'a refused refresh has not used the token and stands in no other process’s way',
    planted: `
      seed k seed.oauth.0
      0-   tui-1.0.1 refresh k
      token 2-3 tui-1.0.1 k seed.oauth.0 0
      3-9  tui-3.0.1 refresh k unknown
      token 4-5 tui-3.0.1 k seed.oauth.0 0 refused
      kill 6 tui-1.0
      exit 7 tui-1.0 SIGKILL
      7-12 tui-2.0.1 refresh k = tui-2.0.1
      token 8-9 tui-2.0.1 k seed.oauth.0 0
      final 20 k=tui-2.0.1`,
    healthy: 'final 20',
    found: { kind: 'token-reused', guarantee: 'G10', operations: ['tui-3.0.1', 'tui-1.0.1'] },
  },
  {
    rule: 'only a pause of a process that presented the token excuses its second use',
    planted: `${start}
      0-20 tui-3.0.1 get k = seed.oauth.0
      pause 1-15 tui-3.0
      1-12 tui-2.0.1 refresh k unknown
      token 4-5 tui-2.0.1 k seed.oauth.0 0 refused
      final 20 k=tui-1.0.1`,
    healthy: `${start}
      pause 3-5 tui-1.0
      1-12 tui-2.0.1 refresh k unknown
      token 4-5 tui-2.0.1 k seed.oauth.0 0 refused
      final 20 k=tui-1.0.1`,
    found: { kind: 'token-reused', guarantee: 'G10', operations: ['tui-2.0.1', 'tui-1.0.1'] },
  },
  {
    rule: 'a credential that is still good is not refreshed',
    planted: `${start}
      10-15 tui-2.0.1 refresh k = tui-2.0.1
      token 12-13 tui-2.0.1 k tui-1.0.1 300
      final 20 k=tui-2.0.1`,
    healthy: `${start}
      310-315 tui-2.0.1 refresh k = tui-2.0.1
      token 312-313 tui-2.0.1 k tui-1.0.1 300
      final 320 k=tui-2.0.1`,
    found: {
      kind: 'needless-refresh',
      guarantee: 'G10',
      operations: ['tui-2.0.1'],
      sentence: /^tui-2\.0\.1 refreshed tui-1\.0\.1 \("k"\) at 12\.000 ms, which was good until 300\.000 ms$/,
    },
  },
  {
    rule: 'every credential can be used at the end',
    planted: `${start}\n 12-13 audit.0.1 refresh k unknown\n final 20 k=tui-1.0.1`,
    healthy: `${start}\n 12-13 audit.0.1 refresh k = tui-1.0.1\n final 20 k=tui-1.0.1`,
    found: {
      kind: 'logged-out',
      guarantee: 'G10',
      operations: ['audit.0.1'],
      sentence: /no process could use "k"/,
    },
  },
  {
    rule: 'a new credential that was stored is a write like any other: it is not lost',
    planted: `${start}\n 12-13 tui-2.0.1 get k = seed.oauth.0\n final 20 k=seed.oauth.0`,
    healthy: `${start}\n 12-13 tui-2.0.1 get k = tui-1.0.1\n final 20 k=tui-1.0.1`,
    found: { kind: 'lost-update', guarantee: 'G2', operations: ['tui-1.0.1'] },
  },
]);

test('a refresh that adopts the result of another process counts as a read, not as a write', () => {
  const { counts } = judge(run(`${start}\n 1-12 tui-2.0.1 refresh k = tui-1.0.1\n final 20 k=tui-1.0.1`));
  expect(counts).toMatchObject({ acknowledged: 1, reads: 1, refreshes: 1, refreshedTwice: 0 });
});

test('a history without a refresh has no check of refreshing', () => {
  expect(judge(run('0-1 tui-1.0.1 set a\n final 20 a=tui-1.0.1')).checks).not.toHaveProperty('G10');
});

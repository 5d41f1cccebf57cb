import { describe, expect, test } from 'vitest';
import type { Finding } from '../core/verdict.js';
import { run } from './fixtures.js';
import { judge } from './index.js';

interface Case {
  rule: string;
  /** A history with one violation. */
  planted: string;
  /** The same without it. */
  healthy: string;
  found: Pick<Finding, 'kind' | 'guarantee' | 'operations'> & { key?: string; sentence?: RegExp };
}

const cases: Case[] = [
  {
    rule: 'an acknowledged write that the end misses is lost, and the version without it names who erased it',
    planted: `
      0-5   tui-1.0.1   set a
      4-9   login-1.0.1 set b
      file  5 a=tui-1.0.1
      file  8 b=login-1.0.1 -a
      final 20 b=login-1.0.1`,
    healthy: `
      0-5   tui-1.0.1   set a
      4-9   login-1.0.1 set b
      file  5 a=tui-1.0.1
      file  8 b=login-1.0.1
      final 20 a=tui-1.0.1 b=login-1.0.1`,
    found: {
      kind: 'lost-update',
      guarantee: 'G2',
      operations: ['tui-1.0.1', 'login-1.0.1'],
      key: 'a',
      sentence:
        /^tui-1\.0\.1 set "a" \(acknowledged at 5\.000 ms\) and it was gone by 8\.000 ms, when login-1\.0\.1 set "b" from an older copy of the file$/,
    },
  },
  {
    rule: 'an eraser that no content proves is only probable',
    planted: `
      0-5   tui-1.0.1   set a
      4-9   login-1.0.1 set b
      final 20 b=login-1.0.1`,
    healthy: `
      0-5   tui-1.0.1   set a
      4-9   login-1.0.1 set b
      final 20 a=tui-1.0.1 b=login-1.0.1`,
    found: {
      kind: 'lost-update',
      guarantee: 'G2',
      operations: ['tui-1.0.1', 'login-1.0.1'],
      sentence: /gone by 20\.000 ms, probably when login-1\.0\.1 set "b"/,
    },
  },
  {
    rule: 'an eraser that was stopped in the middle breaks the fence',
    planted: `
      1-50  tui-1.0.1   set b
      pause 2-40 tui-1.0
      5-9   login-1.0.1 set a
      file  8 a=login-1.0.1
      file  45 b=tui-1.0.1 -a
      final 60 b=tui-1.0.1`,
    healthy: `
      1-50  tui-1.0.1   set b
      pause 2-40 tui-1.0
      5-9   login-1.0.1 set a
      file  8 a=login-1.0.1
      file  45 b=tui-1.0.1
      final 60 a=login-1.0.1 b=tui-1.0.1`,
    found: {
      kind: 'lost-update',
      guarantee: 'G8',
      operations: ['login-1.0.1', 'tui-1.0.1'],
      sentence: /after a pause/,
    },
  },
  {
    rule: 'a pause of another process, or at another time, is no broken fence',
    planted: `
      1-50  tui-1.0.1   set b
      pause 2-40 web-1.0
      pause 55-58 tui-1.0
      5-9   login-1.0.1 set a
      file  8 a=login-1.0.1
      file  45 b=tui-1.0.1 -a
      final 60 b=tui-1.0.1`,
    healthy: 'final 60',
    found: { kind: 'lost-update', guarantee: 'G2', operations: ['login-1.0.1', 'tui-1.0.1'] },
  },
  {
    rule: 'a removal of another key can erase, too',
    planted: `
      0-1   tui-1.0.1   set b
      2-5   tui-1.0.2   set a
      3-9   login-1.0.1 remove b
      file  1 b=tui-1.0.1
      file  5 a=tui-1.0.2
      file  8 -a -b
      final 20`,
    healthy: `
      0-1   tui-1.0.1   set b
      2-5   tui-1.0.2   set a
      3-9   login-1.0.1 remove b
      final 20 a=tui-1.0.2`,
    found: {
      kind: 'lost-update',
      guarantee: 'G2',
      operations: ['tui-1.0.2', 'login-1.0.1'],
      sentence: /removed "b" from/,
    },
  },
  {
    rule: 'a write that a hundred reads miss is lost once',
    planted: `
      0-5   tui-1.0.1 set a
      ${Array.from({ length: 100 }, (_, index) => `${10 + index}-${10 + index} web-1.0.${index} get a =`).join('\n')}
      final 200`,
    healthy: `
      0-5   tui-1.0.1 set a
      ${Array.from({ length: 100 }, (_, index) => `${10 + index}-${10 + index} web-1.0.${index} get a = tui-1.0.1`).join('\n')}
      final 200 a=tui-1.0.1`,
    found: {
      kind: 'lost-update',
      guarantee: 'G2',
      operations: ['tui-1.0.1'],
      sentence: /by 10\.000 ms, as web-1\.0\.0 found/,
    },
  },
  {
    rule: 'a loss that a later write hides is still a loss',
    planted: `
      0-1   tui-1.0.1 set a
      2-3   tui-1.0.2 set a
      4-5   web-1.0.1 get a = tui-1.0.1
      6-7   tui-1.0.3 set a
      final 20 a=tui-1.0.3`,
    healthy: `
      0-1   tui-1.0.1 set a
      2-3   tui-1.0.2 set a
      3-5   web-1.0.1 get a = tui-1.0.2
      6-7   tui-1.0.3 set a
      final 20 a=tui-1.0.3`,
    found: { kind: 'lost-update', guarantee: 'G2', operations: ['tui-1.0.2'] },
  },
  {
    rule: 'an older copy erases the latest write, not those that it had replaced',
    planted: `
      0-1   tui-1.0.1 set a
      2-3   tui-1.0.2 set a
      4-5   tui-1.0.3 set a
      final 20 a=tui-1.0.1`,
    healthy: `
      0-1   tui-1.0.1 set a
      2-3   tui-1.0.2 set a
      4-5   tui-1.0.3 set a
      final 20 a=tui-1.0.3`,
    found: { kind: 'lost-update', guarantee: 'G2', operations: ['tui-1.0.3'] },
  },
  {
    rule: 'an unacknowledged write that was seen must stay, one that nobody saw need not have happened',
    planted: `
      0-    tui-1.0.1 set a
      exit  9 tui-1.0 SIGKILL
      2-3   web-1.0.1 get a = tui-1.0.1
      final 20`,
    healthy: `
      0-    tui-1.0.1 set a
      exit  9 tui-1.0 SIGKILL
      2-3   web-1.0.1 get a =
      final 20`,
    found: { kind: 'lost-update', guarantee: 'G2', operations: ['tui-1.0.1'], sentence: /seen by 3\.000 ms/ },
  },
  {
    rule: 'a read that misses what later reads find is stale',
    planted: `
      0-1   tui-1.0.1 set a
      2-3   tui-1.0.2 set a
      4-5   web-1.0.1 all a=tui-1.0.1
      6-7   web-1.0.2 all a=tui-1.0.2
      final 20 a=tui-1.0.2`,
    healthy: `
      0-1   tui-1.0.1 set a
      2-4   tui-1.0.2 set a
      4-5   web-1.0.1 all a=tui-1.0.1
      6-7   web-1.0.2 all a=tui-1.0.2
      final 20 a=tui-1.0.2`,
    found: { kind: 'stale-read', guarantee: 'G2', operations: ['tui-1.0.2', 'web-1.0.1'] },
  },
  {
    rule: 'what a removal removed stays away',
    planted: `
      0-1   tui-1.0.1   set a
      2-5   tui-1.0.2   remove a
      4-9   login-1.0.1 set b
      file  1 a=tui-1.0.1
      file  5 -a
      file  8 a=tui-1.0.1 b=login-1.0.1
      final 20 a=tui-1.0.1 b=login-1.0.1`,
    healthy: `
      0-1   tui-1.0.1   set a
      2-5   tui-1.0.2   remove a
      4-9   login-1.0.1 set b
      final 20 b=login-1.0.1`,
    found: {
      kind: 'resurrection',
      guarantee: 'G2',
      operations: ['tui-1.0.2', 'login-1.0.1'],
      sentence:
        /removed "a" \(acknowledged at 5\.000 ms\) and tui-1\.0\.1 was back by 8\.000 ms, when login-1/,
    },
  },
  {
    rule: 'a removed value that only one late reader still finds is a stale read',
    planted: `
      0-1   tui-1.0.1 set a
      2-3   tui-1.0.2 remove a
      4-5   web-1.0.1 get a = tui-1.0.1
      6-7   web-1.0.2 get a =
      final 20`,
    healthy: `
      0-1   tui-1.0.1 set a
      2-4   tui-1.0.2 remove a
      4-5   web-1.0.1 get a = tui-1.0.1
      6-7   web-1.0.2 get a =
      final 20`,
    found: { kind: 'stale-read', guarantee: 'G2', operations: ['tui-1.0.2', 'web-1.0.1'] },
  },
  {
    rule: 'a removal that was over before the write began explains no absence',
    planted: `
      0-1   tui-1.0.1 set a
      2-3   tui-1.0.2 remove a
      4-5   tui-1.0.3 set a
      final 20`,
    healthy: `
      0-1   tui-1.0.1 set a
      2-4   tui-1.0.2 remove a
      4-5   tui-2.0.3 set a
      final 20`,
    found: { kind: 'lost-update', guarantee: 'G2', operations: ['tui-1.0.3'] },
  },
  {
    rule: 'a killed removal explains an absence only while its process lived',
    planted: `
      0-1   tui-1.0.1 set a
      2-    web-1.0.1 remove a
      exit  5 web-1.0 SIGKILL
      6-7   tui-1.0.2 get a = tui-1.0.1
      final 20`,
    healthy: `
      http  web-1
      0-1   tui-1.0.1 set a
      2-    web-1.0.1 remove a
      exit  5 web-1.0 SIGKILL
      6-7   tui-1.0.2 get a = tui-1.0.1
      final 20`,
    found: { kind: 'lost-update', guarantee: 'G2', operations: ['tui-1.0.1'] },
  },
  {
    rule: 'a value that its writer was told had failed must never be read',
    planted: `
      0-5   tui-1.0.1 set a fail
      7-8   web-1.0.1 get a = tui-1.0.1
      8-9   tui-2.0.1 set a
      final 20 a=tui-2.0.1`,
    healthy: `
      0-5   tui-1.0.1 set a unknown
      7-8   web-1.0.1 get a = tui-1.0.1
      8-9   tui-2.0.1 set a
      final 20 a=tui-2.0.1`,
    found: {
      kind: 'garbage-read',
      guarantee: 'G2',
      operations: ['web-1.0.1', 'tui-1.0.1'],
      sentence: /had failed/,
    },
  },
  {
    rule: 'nobody reads a value before its write begins',
    planted: `
      0-1   web-1.0.1 get a = tui-1.0.1
      2-3   tui-1.0.1 set a
      final 20 a=tui-1.0.1`,
    healthy: `
      0-2   web-1.0.1 get a = tui-1.0.1
      2-3   tui-1.0.1 set a
      final 20 a=tui-1.0.1`,
    found: {
      kind: 'garbage-read',
      guarantee: 'G2',
      operations: ['web-1.0.1', 'tui-1.0.1'],
      sentence: /only written from 2\.000 ms on/,
    },
  },
  {
    rule: 'nobody reads a value under a key to which it was not written',
    planted: `
      0-1   tui-1.0.1 set a
      final 20 a=tui-1.0.1 b=tui-1.0.1`,
    healthy: `
      0-1   tui-1.0.1 set a
      final 20 a=tui-1.0.1`,
    found: {
      kind: 'garbage-read',
      guarantee: 'G2',
      operations: ['tui-1.0.1'],
      key: 'b',
      sentence: /written to "a"/,
    },
  },
  {
    rule: 'a read that fails on a half-written file is torn, unless the harness damaged the file',
    planted: '5-6 tui-1.0.1 get a fail torn\n corrupt 7\n file 8\n final 20',
    healthy: 'corrupt 4\n 5-6 tui-1.0.1 get a fail torn\n file 8\n final 20',
    found: { kind: 'torn-read', guarantee: 'G1', operations: ['tui-1.0.1'] },
  },
  {
    rule: 'a value that nobody wrote whole is torn',
    planted: '0-1 tui-1.0.1 set a\n 5-6 web-1.0.1 all a=tui-1.0.1 b=!parts\n final 20 a=tui-1.0.1',
    healthy: '0-1 tui-1.0.1 set a\n 5-6 web-1.0.1 all a=tui-1.0.1\n final 20 a=tui-1.0.1',
    found: { kind: 'torn-read', guarantee: 'G1', operations: ['web-1.0.1'], sentence: /"b": parts/ },
  },
  {
    rule: 'a value at the end that nobody wrote whole is torn',
    planted: '0-1 tui-1.0.1 set a\n final 20 a=!parts',
    healthy: '0-1 tui-1.0.1 set a\n final 20 a=tui-1.0.1',
    found: { kind: 'torn-read', guarantee: 'G1', operations: [], key: 'a' },
  },
  {
    rule: 'an empty answer while the seed is there is one torn read, and accuses no other key',
    planted: `
      seed  github seed.0
      0-1   tui-1.0.1 set a
      5-6   web-1.0.1 all
      final 20 a=tui-1.0.1 github=seed.0`,
    healthy: `
      seed  github seed.0
      0-1   tui-1.0.1 set a
      5-6   web-1.0.1 all github=seed.0 a=tui-1.0.1
      final 20 a=tui-1.0.1 github=seed.0`,
    found: { kind: 'torn-read', guarantee: 'G1', operations: ['web-1.0.1'] },
  },
  {
    rule: 'a foreign reader never finds the file broken, unless the harness damaged it',
    planted: 'corrupt 3\n file 4 broken\n file 5 a=x\n file 6 broken\n file 7 a=y\n final 20',
    healthy: 'corrupt 3\n file 4 broken\n file 5 broken\n file 6 a=x\n final 20',
    found: { kind: 'torn-file', guarantee: 'G1', operations: [], sentence: /6\.000 ms/ },
  },
  {
    rule: 'a look that lasted until the damage proves nothing, one that was over before does',
    planted: 'file 2-3 broken\n corrupt 4\n file 5 broken\n final 20',
    healthy: 'file 2-4 broken\n corrupt 4\n file 5 broken\n final 20',
    found: { kind: 'torn-file', guarantee: 'G1', operations: [], sentence: /2\.000 ms/ },
  },
  {
    rule: 'a whole content between the damage and its record does not end it',
    planted: 'corrupt 3\n file 5 a=x\n file 7 broken\n file 8 a=y\n final 20',
    healthy: 'corrupt 3-6\n file 5 a=x\n file 7 broken\n file 8 a=y\n final 20',
    found: { kind: 'torn-file', guarantee: 'G1', operations: [], sentence: /7\.000 ms/ },
  },
  {
    rule: 'a seed is there at the end, and the reads that miss a lost one are right',
    planted: `
      seed  github seed.0
      0-9   tui-1.0.1 set a
      file  1 github=seed.0
      file  8 a=tui-1.0.1 -github
      10-11 web-1.0.1 all a=tui-1.0.1
      final 20 a=tui-1.0.1`,
    healthy: `
      seed  github seed.0
      0-9   tui-1.0.1 set a
      10-11 web-1.0.1 all a=tui-1.0.1 github=seed.0
      final 20 a=tui-1.0.1 github=seed.0`,
    found: {
      kind: 'lost-seed',
      guarantee: 'G4',
      operations: ['tui-1.0.1'],
      key: 'github',
      sentence: /is gone: it went by 8\.000 ms, when tui-1\.0\.1 set "a"/,
    },
  },
  {
    rule: 'a seed is unchanged at the end',
    planted: 'seed github seed.0\n final 20 github=!parts',
    healthy: 'seed github seed.0\n final 20 github=seed.0',
    found: { kind: 'lost-seed', guarantee: 'G4', operations: [], sentence: /not what it was/ },
  },
  {
    rule: 'a seed of a kind that no store knows is there at the end',
    planted: 'seed passkey seed.1 foreign\n final 20',
    healthy: 'seed passkey seed.1 foreign\n final 20 passkey=seed.1',
    found: { kind: 'dropped-unknown', guarantee: 'G5', operations: [], key: 'passkey' },
  },
  {
    rule: 'the file is readable at the end',
    planted: 'seed github seed.0\n 0-1 tui-1.0.1 set a\n final 20 broken',
    healthy: 'seed github seed.0\n 0-1 tui-1.0.1 set a\n final 20 github=seed.0 a=tui-1.0.1',
    found: { kind: 'torn-file', guarantee: 'G4', operations: [] },
  },
  {
    rule: 'no file of the store can be opened by others, each said once',
    planted: 'mode 3 auth.json 644\n mode 5 auth.json 644\n final 20',
    healthy: 'final 20',
    found: {
      kind: 'loose-mode',
      guarantee: 'G6',
      operations: [],
      sentence: /auth\.json had mode 644 at 3\.000 ms/,
    },
  },
  {
    rule: 'no file is left behind',
    planted: 'final 20 +auth.json.tmp',
    healthy: 'final 20',
    found: { kind: 'leftover', guarantee: 'G6', operations: [], sentence: /auth\.json\.tmp/ },
  },
  {
    rule: 'every call returns, unless its process is killed',
    planted: '0- tui-1.0.1 get a\n exit 9 tui-1.0 0\n final 20',
    healthy: '0- tui-1.0.1 get a\n exit 9 tui-1.0 SIGKILL\n final 20',
    found: {
      kind: 'hung',
      guarantee: 'G7',
      operations: ['tui-1.0.1'],
      sentence: /had not returned by 9\.000 ms/,
    },
  },
  {
    rule: 'no client ends by itself',
    planted: 'exit 9 tui-1.0 1 unexpected\n final 20',
    healthy: 'exit 9 tui-1.0 0\n final 20',
    found: { kind: 'crashed', guarantee: 'G7', operations: [], sentence: /tui-1 ended with code 1/ },
  },
];

describe.each(cases)('$rule', ({ planted, healthy, found }) => {
  const { sentence, ...rest } = found;

  test('one finding where it is broken', () => {
    const { findings, checks } = judge(run(planted));
    expect(findings).toEqual([expect.objectContaining(rest)]);
    if (sentence) expect(findings[0]?.sentence).toMatch(sentence);
    expect(checks[found.guarantee]).toEqual({
      result: 'invalid',
      summary: expect.stringContaining(findings[0]?.sentence ?? 'a sentence'),
    });
  });

  test('none where it holds', () => {
    expect(judge(run(healthy)).findings).toEqual([]);
  });
});

import { describePlanted } from '../planted.test.helper.js';

describePlanted([
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
    rule: 'a removed entry stays removed',
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
    rule: 'a killed removal explains an absence only until the next change after its process ended',
    planted: `
      0-1   tui-1.0.1 set a
      2-    web-1.0.1 remove a
      exit  5 web-1.0 SIGKILL
      6-7   tui-1.0.2 set b
      8-9   tui-1.0.3 get a = tui-1.0.1
      final 20 b=tui-1.0.2`,
    healthy: `
      0-1   tui-1.0.1 set a
      2-    web-1.0.1 remove a
      exit  5 web-1.0 SIGKILL
      6-7   tui-1.0.3 get a = tui-1.0.1
      8-9   tui-1.0.2 set b
      final 20 b=tui-1.0.2`,
    found: { kind: 'lost-update', guarantee: 'G2', operations: ['tui-1.0.1'] },
  },
  {
    rule: 'a value whose write failed must never be read',
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
      sentence: /whose writer received an error/,
    },
  },
  {
    rule: 'a value is never read before its write begins',
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
    rule: 'a value is never read under another key than its own',
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
    rule: 'an absence between two reads of one value is stale, whatever removal may still happen',
    planted: `
      http  web-1
      0-1   tui-1.0.1 set a
      2-    web-1.0.1 remove a
      exit  9 web-1.0 SIGKILL
      4-5   tui-1.0.2 get a =
      6-7   tui-1.0.3 get a = tui-1.0.1
      final 20`,
    healthy: `
      http  web-1
      0-1   tui-1.0.1 set a
      2-    web-1.0.1 remove a
      exit  9 web-1.0 SIGKILL
      4-5   tui-1.0.2 get a = tui-1.0.1
      6-7   tui-1.0.3 get a =
      final 20`,
    found: { kind: 'stale-read', guarantee: 'G2', operations: ['tui-1.0.1', 'tui-1.0.2'] },
  },
  {
    rule: 'a garbage value counts once, at its first read',
    planted: `
      0-1   web-1.0.1 all a=nobodys
      2-3   web-1.0.2 all a=nobodys
      4-5   web-1.0.3 set a
      final 20 a=web-1.0.3`,
    healthy: '4-5 web-1.0.3 set a\n final 20 a=web-1.0.3',
    found: {
      kind: 'garbage-read',
      guarantee: 'G2',
      operations: ['web-1.0.1'],
      sentence: /no operation wrote/,
    },
  },
  {
    rule: 'a key may be called what objects inherit',
    planted: `
      0-1   web-1.0.1 all
      2-3   tui-1.0.1 set constructor
      4-5   web-1.0.2 get constructor = tui-1.0.1
      final 20`,
    healthy: `
      0-1   web-1.0.1 all
      2-3   tui-1.0.1 set constructor
      4-5   web-1.0.2 get constructor = tui-1.0.1
      final 20 constructor=tui-1.0.1`,
    found: { kind: 'lost-update', guarantee: 'G2', operations: ['tui-1.0.1'], key: 'constructor' },
  },
  {
    rule: 'an entry that one look at the file misses is lost, even if it comes back',
    planted: `
      0-5   tui-1.0.1   set a
      4-9   login-1.0.1 set b
      file  5 a=tui-1.0.1
      file  8 b=login-1.0.1 -a
      file  9 a=tui-1.0.1
      10-11 web-1.0.1   get a = tui-1.0.1
      final 20 a=tui-1.0.1 b=login-1.0.1`,
    healthy: `
      0-5   tui-1.0.1   set a
      4-9   login-1.0.1 set b
      file  4
      file  5 a=tui-1.0.1
      file  8 b=login-1.0.1
      file  9
      10-11 web-1.0.1   get a = tui-1.0.1
      final 20 a=tui-1.0.1 b=login-1.0.1`,
    found: { kind: 'lost-update', guarantee: 'G2', operations: ['tui-1.0.1', 'login-1.0.1'] },
  },
]);

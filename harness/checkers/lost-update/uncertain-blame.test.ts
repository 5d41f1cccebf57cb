import { describePlanted } from '../planted.test.helper.js';

describePlanted([
  {
    rule: 'a version from before the victim was written does not lose it',
    planted: `
      0-1   web-1.0.1   set a
      2-5   tui-1.0.1   set a
      1-9   login-1.0.1 set b
      file  3 a=web-1.0.1
      file  5 a=tui-1.0.1
      file  8 b=login-1.0.1 -a
      final 20 b=login-1.0.1`,
    healthy: `
      0-1   web-1.0.1   set a
      2-5   tui-1.0.1   set a
      1-9   login-1.0.1 set b
      file  3 a=web-1.0.1
      file  5 a=tui-1.0.1
      file  8 b=login-1.0.1
      final 20 a=tui-1.0.1 b=login-1.0.1`,
    found: {
      kind: 'lost-update',
      guarantee: 'G2',
      operations: ['tui-1.0.1', 'login-1.0.1'],
      sentence: /by 8\.000 ms, when login-1\.0\.1/,
    },
  },
  {
    rule: 'a suspect that was merely under way is never certain',
    planted: `
      1-20  login-1.0.1 set b
      4-5   tui-1.0.1   set a
      6-9   web-1.0.1   set c
      file  5 a=tui-1.0.1
      file  8 c=web-1.0.1 -a
      final 30 b=login-1.0.1 c=web-1.0.1`,
    healthy: `
      1-20  login-1.0.1 set b
      4-5   tui-1.0.1   set a
      6-9   web-1.0.1   set c
      final 30 a=tui-1.0.1 b=login-1.0.1 c=web-1.0.1`,
    found: {
      kind: 'lost-update',
      guarantee: 'G2',
      operations: ['tui-1.0.1', 'web-1.0.1', 'login-1.0.1'],
      sentence: /by 8\.000 ms, when one of web-1\.0\.1 \(set "c", most likely\), login-1\.0\.1/,
    },
  },
  {
    rule: 'a suspect that had written before the victim went is not named first',
    planted: `
      1-8   tui-2.0.1   set b
      2-4   tui-1.0.1   set a
      3-9   tui-3.0.1   set d
      file  6-7 a=tui-1.0.1 b=tui-2.0.1
      file  8-10 d=tui-3.0.1 -a
      final 20 b=tui-2.0.1 d=tui-3.0.1`,
    healthy: `
      1-8   tui-2.0.1   set b
      2-4   tui-1.0.1   set a
      3-9   tui-3.0.1   set d
      final 20 a=tui-1.0.1 b=tui-2.0.1 d=tui-3.0.1`,
    found: {
      kind: 'lost-update',
      guarantee: 'G2',
      operations: ['tui-1.0.1', 'tui-3.0.1', 'tui-2.0.1'],
      sentence: /when one of tui-3\.0\.1 \(set "d", most likely\), tui-2\.0\.1 \(set "b"\) wrote/,
    },
  },
  {
    rule: 'a victim that no look met may not have been written, and the sentence says so',
    planted: `
      0-5   tui-1.0.1   set a
      4-9   login-1.0.1 set b
      file  10 b=login-1.0.1
      final 20 b=login-1.0.1`,
    healthy: `
      0-5   tui-1.0.1   set a
      final 20 a=tui-1.0.1`,
    found: {
      kind: 'lost-update',
      guarantee: 'G2',
      operations: ['tui-1.0.1', 'login-1.0.1'],
      sentence:
        /probably when login-1\.0\.1 set "b" .*; no look at the file had found it there, so it may not have been written/,
    },
  },
]);

import { describePlanted } from '../planted.test.helper.js';

/** When the victim went, and whether it came back before. */
describePlanted([
  {
    rule: 'a victim that another client found again is blamed on a later write',
    planted: `
      0-3   tui-1.0.1   set a
      2-6   web-1.0.1   set b
      7-9   web-1.0.2   set c
      10-11 web-2.0.1   all a=tui-1.0.1 b=web-1.0.1 c=web-1.0.2
      8-14  login-1.0.1 set d
      file  4 a=tui-1.0.1
      file  6 b=web-1.0.1 -a
      file  14 c=web-1.0.2 d=login-1.0.1
      final 20 b=web-1.0.1 c=web-1.0.2 d=login-1.0.1`,
    healthy: `
      0-3   tui-1.0.1   set a
      7-9   web-1.0.2   set c
      10-11 web-2.0.1   all a=tui-1.0.1 c=web-1.0.2
      file  4 a=tui-1.0.1
      file  14 c=web-1.0.2
      final 20 a=tui-1.0.1 c=web-1.0.2`,
    found: {
      kind: 'lost-update',
      guarantee: 'G2',
      operations: ['tui-1.0.1', 'web-1.0.2', 'login-1.0.1'],
      sentence: /gone by 14\.000 ms, when one of web-1\.0\.2 \(set "c"\), login-1\.0\.1 \(set "d"\) wrote/,
    },
  },
  {
    rule: 'a victim that was gone before its call returned is described in this order',
    planted: `
      0-15  tui-1.0.1   set a
      2-9   login-1.0.1 set b
      file  4 a=tui-1.0.1
      file  8 b=login-1.0.1 -a
      final 20 b=login-1.0.1`,
    healthy: `
      0-15  tui-1.0.1   set a
      2-9   login-1.0.1 set b
      file  4 a=tui-1.0.1
      final 20 a=tui-1.0.1 b=login-1.0.1`,
    found: {
      kind: 'lost-update',
      guarantee: 'G2',
      operations: ['tui-1.0.1', 'login-1.0.1'],
      sentence:
        /^tui-1\.0\.1 set "a" \(returned at 15\.000 ms\): its entry was seen by 4\.000 ms, and it was gone by 8\.000 ms, before it returned, when login-1\.0\.1 set "b"/,
    },
  },
  {
    rule: 'a victim that came back and was then replaced is said to have come back',
    planted: `
      0-3   tui-1.0.1   set a
      2-6   web-1.0.1   set b
      7-9   web-2.0.1   set c
      12-14 tui-1.0.2   set a
      file  3 a=tui-1.0.1
      file  6 b=web-1.0.1 -a
      file  8-9 c=web-2.0.1 a=tui-1.0.1
      file  14 a=tui-1.0.2
      final 20 a=tui-1.0.2 b=web-1.0.1 c=web-2.0.1`,
    healthy: `
      0-3   tui-1.0.1   set a
      12-14 tui-1.0.2   set a
      file  3 a=tui-1.0.1
      file  14 a=tui-1.0.2
      final 20 a=tui-1.0.2`,
    found: {
      kind: 'lost-update',
      guarantee: 'G2',
      operations: ['tui-1.0.1', 'web-1.0.1'],
      sentence:
        /gone by 6\.000 ms, when web-1\.0\.1 set "b" from an older copy of the file; it was back by 9\.000 ms$/,
    },
  },
]);

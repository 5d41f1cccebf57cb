import { describePlanted } from '../planted.test.helper.js';

describePlanted([
  {
    rule: 'an acknowledged write that the end misses is lost, and the version without it names its eraser',
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
    rule: 'an eraser is only probable where no version of the file proves it',
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
    rule: 'a removal of another key can erase a write',
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
      sentence: /gone by 8\.000 ms, when login-1\.0\.1 removed "b" from/,
    },
  },
  {
    rule: 'a version that another write explains makes no suspect',
    planted: `
      0-5   tui-1.0.1   set a
      4-9   login-1.0.1 set a
      4-9   web-1.0.1   set b
      file  4 a=tui-1.0.1
      file  8 a=login-1.0.1 b=web-1.0.1
      file  9 -a
      final 20 b=web-1.0.1`,
    healthy: `
      0-5   tui-1.0.1   set a
      4-9   login-1.0.1 set a
      4-9   web-1.0.1   set b
      final 20 a=tui-1.0.1 b=web-1.0.1`,
    found: {
      kind: 'lost-update',
      guarantee: 'G2',
      operations: ['login-1.0.1', 'web-1.0.1'],
      sentence: /gone by 9\.000 ms, probably when web-1\.0\.1 set "b"/,
    },
  },
  {
    rule: 'a version that a removal of the key explains makes no suspect',
    planted: `
      0-1   tui-1.0.1   set a
      2-    web-1.0.1   remove a
      exit  4 web-1.0 SIGKILL
      3-9   login-1.0.1 set b
      file  1 a=tui-1.0.1
      file  4 b=login-1.0.1 -a
      5-6   tui-1.0.2   get a = tui-1.0.1
      final 20 b=login-1.0.1`,
    healthy: `
      0-1   tui-1.0.1   set a
      2-    web-1.0.1   remove a
      exit  4 web-1.0 SIGKILL
      3-9   login-1.0.1 set b
      file  4 b=login-1.0.1 -a
      5-6   tui-1.0.2   get a =
      final 20 b=login-1.0.1`,
    found: {
      kind: 'lost-update',
      guarantee: 'G2',
      operations: ['tui-1.0.1'],
      sentence: /gone by 4\.000 ms, as/,
    },
  },
  {
    rule: 'all possible erasers are named, and those that read early enough come first',
    planted: `
      0-5   tui-1.0.1   set a
      4-9   login-1.0.1 set b
      6-9   web-1.0.1   set c
      5-9   tui-1.0.2   set d
      file  5 a=tui-1.0.1
      file  8-9 b=login-1.0.1 c=web-1.0.1 d=tui-1.0.2 -a
      final 20 b=login-1.0.1 c=web-1.0.1 d=tui-1.0.2`,
    healthy: `
      0-5   tui-1.0.1   set a
      4-9   login-1.0.1 set b
      6-9   web-1.0.1   set c
      final 20 a=tui-1.0.1 b=login-1.0.1 c=web-1.0.1`,
    found: {
      kind: 'lost-update',
      guarantee: 'G2',
      operations: ['tui-1.0.1', 'login-1.0.1', 'tui-1.0.2', 'web-1.0.1'],
      sentence: /gone by 9\.000 ms, when one of login-1\.0\.1 \(set "b"\), tui-1\.0\.2 .* web-1\.0\.1/,
    },
  },
  {
    rule: 'a writer that began after the victim was there wrote from a copy without it',
    planted: `
      0-5   tui-1.0.1   set a
      6-9   login-1.0.1 set b
      file  5 a=tui-1.0.1
      file  8 b=login-1.0.1 -a
      final 20 b=login-1.0.1`,
    healthy: `
      0-5   tui-1.0.1   set a
      6-9   login-1.0.1 set b
      final 20 a=tui-1.0.1 b=login-1.0.1`,
    found: {
      kind: 'lost-update',
      guarantee: 'G2',
      operations: ['tui-1.0.1', 'login-1.0.1'],
      sentence: /probably when login-1\.0\.1 set "b" from a copy of the file without it/,
    },
  },
  {
    rule: 'a write that was over before the victim began is no suspect',
    planted: `
      0-2   login-1.0.1 set b
      3-5   tui-1.0.1   set a
      3-5   web-1.0.1   set a fail
      file  5 b=login-1.0.1 a=tui-1.0.1
      file  8 b=login-1.0.1 -a
      final 20 b=login-1.0.1`,
    healthy: `
      0-2   login-1.0.1 set b
      3-5   tui-1.0.1   set a
      3-5   web-1.0.1   set a fail
      final 20 a=tui-1.0.1 b=login-1.0.1`,
    found: { kind: 'lost-update', guarantee: 'G2', operations: ['tui-1.0.1'] },
  },
  {
    rule: 'every write under way is a suspect where no look met the victim, and five are only counted',
    planted: `
      http  web-3
      0-    web-3.0.1   set g
      exit  9 web-3.0 SIGKILL
      0-20  web-1.0.1   set d
      1-4   login-1.0.1 set b
      2-3   login-2.0.1 set e
      4-8   tui-1.0.1   set a
      5-    web-2.0.1   set a
      exit  9 web-2.0 SIGKILL
      6-9   tui-1.0.2   set c
      9-11  login-3.0.1 set f
      final 30 b=login-1.0.1 c=tui-1.0.2 d=web-1.0.1 e=login-2.0.1 f=login-3.0.1`,
    healthy: `
      0-20  web-1.0.1   set d
      4-8   tui-1.0.1   set a
      final 30 a=tui-1.0.1 d=web-1.0.1`,
    found: {
      kind: 'lost-update',
      guarantee: 'G2',
      operations: ['tui-1.0.1'],
      sentence: /by 30\.000 ms, when 5 writes were under way that may have erased it$/,
    },
  },
  {
    rule: 'a write that had ended before the victim is no suspect, though one that began earlier is',
    planted: `
      0-20  web-1.0.1   set d
      1-2   login-1.0.1 set b
      4-8   tui-1.0.1   set a
      final 30 b=login-1.0.1 d=web-1.0.1`,
    healthy: `
      0-20  web-1.0.1   set d
      1-2   login-1.0.1 set b
      4-8   tui-1.0.1   set a
      final 30 a=tui-1.0.1 b=login-1.0.1 d=web-1.0.1`,
    found: { kind: 'lost-update', guarantee: 'G2', operations: ['tui-1.0.1', 'web-1.0.1'] },
  },
  {
    rule: 'a late writer with an old copy is named before those whose changes it erased or followed',
    planted: `
      0-1   web-1.0.1   set d
      2-50  login-1.0.1 set b
      pause 3-40 login-1.0
      42-43 tui-1.0.1   set a
      41-52 web-1.0.2   remove d
      41-52 web-2.0.1   set c
      file  1 d=web-1.0.1
      file  44 a=tui-1.0.1
      file  51 b=login-1.0.1 c=web-2.0.1 -a -d
      final 60 b=login-1.0.1 c=web-2.0.1`,
    healthy: `
      0-1   web-1.0.1   set d
      2-50  login-1.0.1 set b
      pause 3-40 login-1.0
      42-43 tui-1.0.1   set a
      41-52 web-1.0.2   remove d
      41-52 web-2.0.1   set c
      final 60 a=tui-1.0.1 b=login-1.0.1 c=web-2.0.1`,
    found: {
      kind: 'lost-update',
      guarantee: 'G8',
      operations: ['tui-1.0.1', 'login-1.0.1', 'web-2.0.1', 'web-1.0.2'],
      sentence: /by 51\.000 ms, when one of login-1\.0\.1 \(set "b" after a pause\), web-2/,
    },
  },
]);

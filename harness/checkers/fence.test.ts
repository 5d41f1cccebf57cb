import { describePlanted } from './planted.test.helper.js';

describePlanted([
  {
    rule: 'a writer that was stopped in the middle and then erases breaks the fence',
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
      pause 0-0.5 tui-1.0
      5-9   login-1.0.1 set a
      file  8 a=login-1.0.1
      file  45 b=tui-1.0.1 -a
      final 60 b=tui-1.0.1`,
    healthy: 'final 60',
    found: { kind: 'lost-update', guarantee: 'G2', operations: ['login-1.0.1', 'tui-1.0.1'] },
  },
  {
    rule: 'a pause without an end lasts to the end of the run',
    planted: `
      2-50  tui-1.0.1   set b
      pause 0 tui-1.0
      pause 1-1 web-1.0
      5-9   login-1.0.1 set a
      file  8 a=login-1.0.1
      file  45 b=tui-1.0.1 -a
      final 60 b=tui-1.0.1`,
    healthy: `
      2-50  tui-1.0.1   set b
      pause 0 tui-1.0
      5-9   login-1.0.1 set a
      final 60 a=login-1.0.1 b=tui-1.0.1`,
    found: { kind: 'lost-update', guarantee: 'G8', operations: ['login-1.0.1', 'tui-1.0.1'] },
  },
]);

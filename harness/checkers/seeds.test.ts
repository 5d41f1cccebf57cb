import { describePlanted } from './planted.test.helper.js';

describePlanted([
  {
    rule: 'a seed is there at the end, and a read that misses a lost seed is no second finding',
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
]);

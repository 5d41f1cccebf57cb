import { describePlanted } from './planted.test.helper.js';

describePlanted([
  {
    rule: 'a read that can not parse what it read is torn, unless the harness damaged the file',
    planted: '5-6 tui-1.0.1 get a fail torn\n corrupt 7\n file 8\n final 20',
    healthy: 'corrupt 4\n 5-6 tui-1.0.1 get a fail torn\n file 8\n final 20',
    found: {
      kind: 'torn-read',
      guarantee: 'G1',
      operations: ['tui-1.0.1'],
      sentence: /at 5\.000 ms\) threw SyntaxError at position 15$/,
    },
  },
  {
    rule: 'a torn read names what it met only if a look met the same at that time',
    planted: `
      foreign rogue-1
      file  1 s=seed.0
      3-6   rogue-1.0.1 set r
      file  4 broken
      5-7   tui-1.0.1 get a fail torn
      file  6 r=rogue-1.0.1
      final 20 r=rogue-1.0.1`,
    healthy: `
      foreign rogue-1
      file  1 s=seed.0
      3-6   rogue-1.0.1 set r
      file  4 broken
      5-7   tui-1.0.1 get a =
      file  6 r=rogue-1.0.1
      final 20 r=rogue-1.0.1`,
    found: {
      kind: 'torn-read',
      guarantee: 'G1',
      operations: ['tui-1.0.1'],
      sentence:
        /met an empty or half-written file \(SyntaxError at position 15\); a look at 4\.000 ms found: it is empty$/,
    },
  },
  {
    rule: 'a file that was whole again before a read began is no cause of its failure',
    planted: `
      foreign rogue-1
      3-6   rogue-1.0.1 set r
      file  4 broken
      file  6 r=rogue-1.0.1
      7-8   tui-1.0.1 get a fail torn
      final 20 r=rogue-1.0.1`,
    healthy: `
      foreign rogue-1
      3-6   rogue-1.0.1 set r
      file  4 broken
      file  6 r=rogue-1.0.1
      7-8   tui-1.0.1 get a =
      final 20 r=rogue-1.0.1`,
    found: {
      kind: 'torn-read',
      guarantee: 'G1',
      operations: ['tui-1.0.1'],
      sentence: /at 7\.000 ms\) threw SyntaxError at position 15$/,
    },
  },
  {
    rule: 'a value that no client wrote whole is torn',
    planted: '0-1 tui-1.0.1 set a\n 5-6 web-1.0.1 all a=tui-1.0.1 b=!parts\n final 20 a=tui-1.0.1',
    healthy: '0-1 tui-1.0.1 set a\n 5-6 web-1.0.1 all a=tui-1.0.1\n final 20 a=tui-1.0.1',
    found: { kind: 'torn-read', guarantee: 'G1', operations: ['web-1.0.1'], sentence: /"b": parts/ },
  },
  {
    rule: 'a value at the end that no client wrote whole is torn',
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
    planted: 'corrupt 3\n file 4 broken\n file 5\n file 6 broken\n file 7\n final 20',
    healthy: 'corrupt 3\n file 4 broken\n file 5 broken\n file 6\n final 20',
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
    planted: 'corrupt 3\n file 5\n file 7 broken\n file 8\n final 20',
    healthy: 'corrupt 3-6\n file 5\n file 7 broken\n file 8\n final 20',
    found: { kind: 'torn-file', guarantee: 'G1', operations: [], sentence: /7\.000 ms/ },
  },
  {
    rule: 'a seed that was seen, missed and seen again was missed by a torn read',
    planted: `
      seed  github seed.0
      0-1   web-1.0.1 get github = seed.0
      2-3   web-1.0.2 get github =
      4-5   web-1.0.3 get github = seed.0
      final 20 github=seed.0`,
    healthy: `
      seed  github seed.0
      0-1   web-1.0.1 get github = seed.0
      4-5   web-1.0.3 get github = seed.0
      final 20 github=seed.0`,
    found: { kind: 'torn-read', guarantee: 'G1', operations: ['web-1.0.2'], sentence: /missed "github"/ },
  },
]);

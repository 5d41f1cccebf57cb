import { describePlanted } from './planted.test.helper.js';

describePlanted([
  {
    rule: 'no file of the store can be opened by other users, and each is reported once',
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
]);

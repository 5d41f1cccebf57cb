import { describePlanted } from './planted.test.helper.js';

describePlanted([
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
    rule: 'no client ends on its own',
    planted: 'exit 9 tui-1.0 1 unexpected\n final 20',
    healthy: 'exit 9 tui-1.0 0\n final 20',
    found: { kind: 'crashed', guarantee: 'G7', operations: [], sentence: /tui-1 ended with code 1/ },
  },
]);

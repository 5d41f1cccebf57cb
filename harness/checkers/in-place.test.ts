import { expect, test } from 'vitest';
import { run } from './fixtures.test.helper.js';
import { judge } from './index.js';
import { describePlanted } from './planted.test.helper.js';

const links = 'link auth.json link.json\n link link.json real.json';

describePlanted([
  {
    rule: 'a link stays a link',
    planted: `${links}\n final 20 auth.json> link.json>real.json`,
    healthy: `${links}\n final 20 auth.json>link.json link.json>real.json`,
    found: {
      kind: 'replaced-link',
      guarantee: 'G9',
      operations: [],
      sentence: /^auth\.json, a link to link\.json before the run, is none any more$/,
    },
  },
  {
    rule: 'a link keeps its target',
    planted: `${links}\n final 20 auth.json>link.json link.json>other.json`,
    healthy: `${links}\n final 20 auth.json>link.json link.json>real.json`,
    found: { kind: 'replaced-link', guarantee: 'G9', operations: [], sentence: /leads to other\.json$/ },
  },
]);

test('a history without links has no check of links', () => {
  expect(judge(run('0-1 tui-1.0.1 set a\n final 20 a=tui-1.0.1')).checks).not.toHaveProperty('G9');
});

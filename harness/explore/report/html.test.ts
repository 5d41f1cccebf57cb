import { expect, it } from 'vitest';
import type { Exploration } from '../evidence/exploration.js';
import { exploreToHtml } from './html.js';
import { toExploreReport } from './report.js';

it('the page of a search escapes markup in every text', () => {
  const exploration = {
    ...{ schema: 1, result: 'unknown', cause: 'uncontrolled', reason: '<img src=x>', target: './<b>.ts' },
    ...{ program: 'set "a" | set b', strategy: 'dpor', seed: 1, executions: 1, abandoned: 0, steps: 1 },
    ...{ failed: 0, stepsMax: 1, exhausted: false, bound: 'all', audited: false, outcomes: 1, durationMs: 1 },
    ...{ faults: { kills: 0, pauses: 0, errnos: 0, waits: 0 }, executionsPerSecond: 1, failures: [] },
    longestWait: { ms: 0, schedule: '' },
    executor: 'process',
  } satisfies Partial<Exploration> as Exploration;
  const html = exploreToHtml(
    toExploreReport([{ scenario: 'explore', exploration, reproduce: '' }]),
    () => '',
  );
  expect(html).not.toMatch(/<img|\.\/<b>/);
  expect(html).toContain('./\\u003cb>.ts');
  expect(html).toContain('(uncontrolled): \\u003cimg src=x>');
});

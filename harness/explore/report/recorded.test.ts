import { expect, it } from 'vitest';
import type { Environment } from '../../core/report.js';
import { madeUpExploration } from '../../report/page/made-up-exploration.test.helper.js';
import { explorePage } from './html.js';
import { toExploreReport } from './report.js';

it('the report of a search and its page say on what and by which command it was made', () => {
  const environment: Environment = {
    time: '2026-11-30T07:15:10.334Z',
    runtime: 'node 20.1.0',
    system: 'linux 6.1 x64',
    cpus: 4,
    load: [1, 1, 1],
    version: '0.1.0',
  };
  const exploration = madeUpExploration();
  const searches = [{ scenario: 'explore', exploration, reproduce: 'npx holdfast explore' }];
  const report = toExploreReport(searches, { environment, command: 'npx holdfast explore --crash' });
  expect(report).toMatchObject({ environment, command: 'npx holdfast explore --crash' });
  const page = explorePage(report, () => '');
  expect(page.facts).toContainEqual(['Began', '2026-11-30 07:15:10 UTC']);
  expect([page.command, page.isCommandMade]).toEqual(['npx holdfast explore --crash', false]);
  const older = explorePage(toExploreReport(searches), () => '');
  expect([older.command, older.isCommandMade]).toEqual(['npx holdfast explore', true]);
});

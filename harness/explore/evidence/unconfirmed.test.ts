import { describe, expect, it } from 'vitest';
import { long } from '../../../src/tiers.test.helper.js';
import { explore, fixture } from '../explore.test.helper.js';
import { exploreToHtml } from '../report/html.js';
import { toExploreReport } from '../report/report.js';
import { explorationToTerminal } from '../report/terminal.js';

const searchOf = (way: string, clients = ['set a', 'set b']) =>
  explore({ target: `${fixture('unsteady.mjs')}?way=${way}`, clients, strategy: 'random', schedules: 20 });

describe('a failure that new processes did not repeat', () => {
  // Its short twin is a program that is not deterministic, in no-store.test.ts.
  it.each(['names', 'counts'])(
    'an unconfirmed failure is reported with schedule and history, and breaks the guarantee: %s',
    long,
    async (way) => {
      const exploration = await searchOf(way);
      expect(exploration).toMatchObject({ result: 'invalid', cause: 'nondeterministic' });
      const [failure] = exploration.failures;
      expect(failure).toMatchObject({
        ...{ kind: 'lost-update', schedule: expect.stringMatching(/\d/), replayed: { same: 0, of: 2 } },
        unconfirmed: {
          isExplained: false,
          sentence: expect.stringMatching(/led elsewhere|could not be run again/),
        },
      });
      expect(failure?.rows.map(({ file }) => file).join()).toMatch(/v2 \{/);

      const report = toExploreReport([{ scenario: 'explore', exploration, reproduce: '' }]);
      expect(report.scenarios[0]?.checks.G2).toMatchObject({
        ...{ result: 'invalid', summary: expect.stringContaining('unconfirmed: ') },
      });
      expect(explorationToTerminal(exploration, () => '')).toContain('**lost-update, unconfirmed**');
      expect(exploreToHtml(report, () => '')).toMatch(/lost-update, unconfirmed[\s\S]*Unconfirmed: /);
    },
  );

  it('an unconfirmed failure that an earlier execution may explain is reported, and the result is unknown', async () => {
    const exploration = await searchOf('remembers', ['set a']);
    expect(exploration).toMatchObject({
      result: 'unknown',
      failures: [
        {
          kind: 'lost-seed',
          unconfirmed: { isExplained: true, sentence: expect.stringContaining('earlier executions') },
        },
      ],
    });
    expect(toExploreReport([{ scenario: 'explore', exploration, reproduce: '' }])).toMatchObject({
      result: 'unknown',
      scenarios: [{ checks: { G4: { result: 'unknown' } } }],
    });
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { eachInTiers, long, nightly } from '../../src/tiers.test.helper.js';
import type { ScheduleFile } from './evidence/exploration.js';
import { explore, fixture, replaySchedule, replaySimulated, searchSimulated } from './explore.test.helper.js';

const kindsOf = ({ failures }: { failures: readonly { kind: string }[] }) =>
  failures.map(({ kind }) => kind).sort();

describe('a search of small programs', () => {
  it(
    'the full search of two sets tries 14 over 7 interleavings, and the reduced one finds the same outcomes',
    long,
    async () => {
      const all = { target: 'naive', stopAtFirst: false } as const;
      const whole = await searchSimulated({ ...all, strategy: 'dfs', prune: false });
      expect(whole).toMatchObject({ executions: 3432, exhausted: true });
      const reduced = await searchSimulated(all);
      expect(reduced.executions).toBeLessThan(whole.executions / 10);
      expect(reduced).toMatchObject({ exhausted: true, outcomes: whole.outcomes });
      expect(kindsOf(reduced)).toEqual(kindsOf(whole));
    },
  );

  const small: [string, string[]][] = [
    ['rename-only', ['set a', 'get a']],
    ['strict-read', ['get a', 'set a']],
    [fixture('../../stress/fixtures/stolen-lock.mjs'), ['get a', 'set a']],
  ];
  const allOutcomes =
    (searched: typeof searchSimulated | typeof explore) => async (target: string, clients: string[]) => {
      const options = { target, clients, stopAtFirst: false };
      const whole = await searched({ ...options, strategy: 'dfs', prune: false });
      for (const strategy of ['dfs', 'dpor'] as const) {
        const found = await searched({ ...options, strategy });
        expect(found).toMatchObject({ exhausted: true, outcomes: whole.outcomes });
        expect(found.executions).toBeLessThan(whole.executions / 4);
        expect(kindsOf(found)).toEqual(kindsOf(whole));
      }
    };

  eachInTiers(small)(
    'the pruned and the reduced search of %s (%s) find all outcomes in simulation',
    allOutcomes(searchSimulated),
  );
  it.each(small)(
    'the pruned and the reduced search of %s (%s) find all outcomes of real processes',
    long,
    allOutcomes(explore),
  );
});

// Its short twins are the properties of search/dpor.test.ts and search/faulty-search.test.ts, and the rows with faults of protocol.test.ts.
describe('a search of small programs with faults', nightly, () => {
  it.each([{ crash: true }, { steal: true }, { damage: true }])(
    'the pruned and the reduced search find all outcomes with faults: %j',
    async (faults) => {
      const options = {
        target: 'rename-only',
        clients: ['set a', 'get a'],
        stopAtFirst: false,
        ...faults,
      } as const;
      const whole = await explore({ ...options, strategy: 'dfs', prune: false, threads: 2 });
      for (const strategy of ['dfs', 'dpor'] as const) {
        const found = await explore({ ...options, strategy });
        expect(found).toMatchObject({ exhausted: true, outcomes: whole.outcomes });
        expect(found.executions).toBeLessThan(whole.executions / 4);
      }
    },
  );
});

describe('a schedule', () => {
  it(
    'a schedule makes the same calls and fails the same way in 100 of 100 runs, and passes on another store',
    long,
    async () => {
      const { failures } = await explore({ target: 'naive' });
      const [failure] = failures;
      if (!failure) throw new Error('nothing was found');
      expect(await replaySchedule(failure, { times: 100 })).toMatchObject({
        result: 'invalid',
        same: 100,
        of: 100,
        kind: 'lost-update',
      });
      expect(await replaySchedule(failure, { target: 'hardened' })).toMatchObject({
        result: 'valid',
        same: 2,
        of: 2,
      });
    },
  );

  eachInTiers([
    ['in simulation', replaySimulated],
    ['by real processes', replaySchedule],
  ] as const)('a replay that leads to other calls names the first of them: %s', async (_, replay) => {
    const file = new URL('../../scenarios/schedules/naive-23b97dcf.json', import.meta.url);
    const failure: ScheduleFile = JSON.parse(readFileSync(file, 'utf8'));
    const [other] = failure.calls.splice(2, 1, 'A unlink data/opencode/auth.json');
    const { result, divergence } = await replay(failure);
    expect(result).toBe('unknown');
    expect(divergence).toBe(`at step 3 "${other}" instead of "A unlink data/opencode/auth.json"`);
  });
});

import { describe, expect, it } from 'vitest';
import { eachInTiers, long, nightly } from '../../src/tiers.test.helper.js';
import { explore, fixture, replaySchedule, searchSimulated } from './explore.test.helper.js';

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

  eachInTiers([
    ['rename-only', ['set a', 'get a']],
    ['strict-read', ['get a', 'set a']],
    [fixture('../../stress/fixtures/stolen-lock.mjs'), ['get a', 'set a']],
  ])('the pruned and the reduced search of %s (%s) find all outcomes', async (target, clients) => {
    const [whole, ...others] = await Promise.all([
      explore({ target, clients, strategy: 'dfs', prune: false, stopAtFirst: false }),
      explore({ target, clients, strategy: 'dfs', stopAtFirst: false }),
      explore({ target, clients, strategy: 'dpor', stopAtFirst: false }),
    ]);
    for (const other of others) {
      expect(other).toMatchObject({ exhausted: true, outcomes: whole.outcomes });
      expect(other.executions).toBeLessThan(whole.executions / 4);
      expect(kindsOf(other)).toEqual(kindsOf(whole));
    }
  });
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

  it('a replay that leads to other calls names the first of them', async () => {
    const { failures } = await explore({ target: 'naive' });
    const [failure] = failures;
    if (!failure) throw new Error('nothing was found');
    const calls = failure.calls.map((call, index) =>
      index === 2 ? 'A unlink data/opencode/auth.json' : call,
    );
    const { result, divergence } = await replaySchedule({ ...failure, calls });
    expect(result).toBe('unknown');
    expect(divergence).toBe(
      'at step 3 "A close data/opencode/auth.json" instead of "A unlink data/opencode/auth.json"',
    );
  });
});

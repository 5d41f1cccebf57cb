import { describe, expect, it } from 'vitest';
import { long, propertyInTiers } from '../../src/tiers.test.helper.js';
import { explore, fixture, searchSimulated } from './explore.test.helper.js';

describe('a refresh in a search', () => {
  const clients = ['refresh', 'refresh'];
  const reused = {
    ...{ kind: 'token-reused', guarantee: 'G10' },
    sentence: expect.stringMatching(
      /^[AB]\.0\.0 presented the refresh token of seed\.oauth\.0 .* was refused$/,
    ),
  };

  it('two processes present the same refresh token where the store has no refresh of its own', async () => {
    const { failures } = await searchSimulated({ target: 'rename-only', clients });
    expect(failures).toMatchObject([reused]);
  });

  it('two real processes present the same refresh token where the store has no refresh', long, async () => {
    const { failures } = await explore({ target: 'rename-only', clients });
    expect(failures).toMatchObject([{ ...reused, replayed: { same: 2, of: 2 } }]);
  });

  propertyInTiers(
    'only one of two processes of the hardened store asks for a new token',
    { few: 2, many: 20 },
    async (schedules) => {
      const { failures, executions } = await searchSimulated({ clients, strategy: 'random', schedules });
      expect([executions, failures]).toEqual([schedules, []]);
    },
  );
});

describe('a claim on the value that is to be replaced', () => {
  const refreshes = 'refresh, refresh';
  const optionsOf = (way: string) => ({
    target: `${fixture('claims.mjs')}?way=${way}`,
    clients: [refreshes, refreshes],
    preemptions: 2,
  });
  const search = (way: string) => explore(optionsOf(way));

  it('a claim lets one process at a time present a token, in every interleaving', async () => {
    const found = await searchSimulated({ ...optionsOf('right'), clients: ['refresh', refreshes] });
    expect(found).toMatchObject({ exhausted: true, evidence: 'file', failures: [] });
  });

  it('a token is presented twice where the claims of later ones are removed', async () => {
    const { failures } = await searchSimulated(optionsOf('sweeps-all'));
    expect(failures).toMatchObject([{ kind: 'token-reused', guarantee: 'G10' }]);
  });

  it('a claim lets one real process at a time present a token, in every interleaving', long, async () => {
    const { result, exhausted, evidence, failures } = await search('right');
    expect(failures.map(({ sentence }) => sentence)).toEqual([]);
    expect({ result, exhausted, evidence }).toEqual({
      result: 'valid',
      exhausted: true,
      evidence: undefined,
    });
  });

  it(
    'a token is presented twice where a process that has stored its answer removes the claims of later ones',
    long,
    async () => {
      const { failures } = await search('sweeps-all');
      expect(failures).toMatchObject([
        {
          ...{ kind: 'token-reused', guarantee: 'G10', replayed: { same: 2, of: 2 } },
          // A stores its answer | B replaces that, claims its own answer and asks | A sweeps the claim, and asks, too.
          schedule: '0x16 1x34 0x11',
        },
      ]);
    },
  );
});

import { describe, expect, it } from 'vitest';
import { long } from '../../src/tiers.test.helper.js';
import type { ExploreOptions } from './explore.js';
import { explore, fixture, replaySchedule, searchSimulated } from './explore.test.helper.js';
import { scheduleOf } from './report/schedule-files.js';

describe('the choices of a search', () => {
  const choices: [string, string, ExploreOptions, ExploreOptions][] = [
    ['trusts-the-umask', 'loose-mode', {}, { modes: true }],
    ['finishes-its-own', 'lost-update', { crash: 1 }, { crash: 1, samePid: true }],
    ['keeps-the-first', 'lost-update', { preemptions: 1 }, { preemptions: 1, sameKey: true }],
    [
      'recovers-badly',
      'torn-file',
      { crash: 1, clients: ['all', 'set'] },
      { crash: 2, clients: ['all', 'set'] },
    ],
    ['restores-the-one-before', 'lost-update', {}, { damage: 1 }],
  ];
  const optionsOf = (way: string) =>
    ({ target: `${fixture('blind.mjs')}?way=${way}`, strategy: 'dfs', preemptions: 0 }) as const;

  it.each(choices)(
    'a bug is found with the choice that it needs, and not without: %s: %s',
    async (way, kind, without, having) => {
      const kindOf = async (more: ExploreOptions) =>
        (await searchSimulated({ ...optionsOf(way), ...more })).failures[0]?.kind;
      expect([await kindOf(without), await kindOf(having)]).toEqual([undefined, kind]);
    },
  );

  it.each(choices)(
    'a bug is found among real processes with the choice that it needs: %s: %s',
    long,
    async (way, kind, _, having) => {
      const { failures } = await explore({ ...optionsOf(way), onWarning: () => {}, ...having });
      expect(failures[0]).toMatchObject({ kind, replayed: { same: 2, of: 2 } });
    },
  );
});

it('a process with the reused number of a killed one has another start time', async () => {
  const { failures, exhausted } = await searchSimulated({
    target: `${fixture('blind.mjs')}?way=asks-when-it-started`,
    ...{ strategy: 'dfs', preemptions: 0, crash: 1, samePid: true },
  });
  expect({ said: failures.map(({ sentence }) => sentence), exhausted }).toEqual({
    said: [],
    exhausted: true,
  });
});

// Its short twin is the row above in which the same failure is replayed at once.
it('a failure that needs a reused process number is replayed with it', long, async () => {
  const options = { strategy: 'dfs', preemptions: 0, crash: 1, samePid: true } as const;
  const { failures } = await explore({ target: `${fixture('blind.mjs')}?way=finishes-its-own`, ...options });
  const [failure] = failures;
  if (!failure) throw new Error('nothing was found');
  expect(failure.replayed).toEqual({ same: 2, of: 2 });
  const again = await replaySchedule(scheduleOf(failure));
  expect([again.result, again.same, again.of]).toEqual(['invalid', 2, 2]);
});

it('a search with reused process numbers and no kill is refused', async () => {
  await expect(explore({ samePid: true })).rejects.toThrow('--crash');
});

const kills: [string, ExploreOptions][] = [
  ['a lock that is left behind', { abandoned: true }],
  ['one kill', { crash: 1 }],
];
it.each(kills.slice(0, 1))(
  'the hardened store takes no virtual process for a killed one of the same number: %s',
  async (_, more) => {
    const options = { preemptions: 0, samePid: true, ...more } as const;
    const { failures, exhausted } = await searchSimulated({ target: 'hardened', ...options });
    expect({ said: failures.map(({ sentence }) => sentence), exhausted }).toEqual({
      said: [],
      exhausted: true,
    });
  },
);
it.each(kills)(
  'the hardened store takes no process for a killed one of the same number: %s',
  long,
  async (_, more) => {
    const options = { strategy: 'dfs', preemptions: 0, samePid: true, ...more } as const;
    const { failures, result, exhausted } = await explore({ target: 'hardened', ...options });
    expect(failures.map(({ sentence }) => sentence)).toEqual([]);
    expect({ result, exhausted }).toEqual({ result: 'valid', exhausted: true });
  },
);

const withModes = { clients: ['set a', 'remove a'], strategy: 'dfs', preemptions: 0, modes: true } as const;

it('the hardened store makes no file that other users may open, whatever its umask', async () => {
  const { failures, exhausted } = await searchSimulated({ target: 'hardened', ...withModes });
  expect({ said: failures.map(({ sentence }) => sentence), exhausted }).toEqual({
    said: [],
    exhausted: true,
  });
});

it('no real process of the hardened store makes a file that other users may open', long, async () => {
  const options = withModes;
  const { failures, result, exhausted } = await explore({ target: 'hardened', ...options });
  expect(failures.map(({ sentence }) => sentence)).toEqual([]);
  expect({ result, exhausted }).toEqual({ result: 'valid', exhausted: true });
});

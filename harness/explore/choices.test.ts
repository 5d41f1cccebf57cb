import { describe, expect, it } from 'vitest';
import { eachInTiers, long } from '../../src/tiers.test.helper.js';
import type { ExploreOptions } from './explore.js';
import { explore, fixture, replaySchedule } from './explore.test.helper.js';
import { scheduleOf } from './report/schedule-files.js';

describe('the choices of a search', () => {
  const choices: [string, string, ExploreOptions, ExploreOptions][] = [
    ['trusts-the-umask', 'loose-mode', {}, { modes: true }],
    ['finishes-its-own', 'lost-update', { crash: 1 }, { crash: 1, samePid: true, executor: 'sim' }],
    ['keeps-the-first', 'lost-update', { preemptions: 1 }, { preemptions: 1, sameKey: true }],
    [
      'recovers-badly',
      'torn-file',
      { crash: 1, clients: ['all', 'set'] },
      { crash: 2, clients: ['all', 'set'] },
    ],
    ['restores-the-one-before', 'lost-update', {}, { damage: 1 }],
  ];
  eachInTiers(choices, 4)(
    'a bug is found with the choice that it needs, and not without: %s: %s',
    async (way, kind, without, having) => {
      const options = {
        target: `${fixture('blind.mjs')}?way=${way}`,
        strategy: 'dfs',
        preemptions: 0,
      } as const;
      const onWarning = () => {};
      const failuresOf = async (more: ExploreOptions) =>
        (await explore({ ...options, onWarning, ...more })).failures;
      expect(await failuresOf(without)).toEqual([]);
      expect((await failuresOf(having))[0]).toMatchObject({ kind, replayed: { same: 2, of: 2 } });
    },
  );
});

it('a process with the reused number of a killed one has another start time', async () => {
  const { failures, result, exhausted } = await explore({
    target: `${fixture('blind.mjs')}?way=asks-when-it-started`,
    ...{ strategy: 'dfs', preemptions: 0, crash: 1, samePid: true },
  });
  expect(failures.map(({ sentence }) => sentence)).toEqual([]);
  expect({ result, exhausted }).toEqual({ result: 'valid', exhausted: true });
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
eachInTiers(kills)(
  'the hardened store takes no process for a killed one of the same number: %s',
  async (_, more) => {
    const options = { strategy: 'dfs', preemptions: 0, samePid: true, ...more } as const;
    const { failures, result, exhausted } = await explore({ target: 'hardened', ...options });
    expect(failures.map(({ sentence }) => sentence)).toEqual([]);
    expect({ result, exhausted }).toEqual({ result: 'valid', exhausted: true });
  },
);

it('the hardened store makes no file that other users may open, whatever its umask', async () => {
  const options = { clients: ['set a', 'remove a'], strategy: 'dfs', preemptions: 0, modes: true } as const;
  const { failures, result, exhausted } = await explore({ target: 'hardened', ...options });
  expect(failures.map(({ sentence }) => sentence)).toEqual([]);
  expect({ result, exhausted }).toEqual({ result: 'valid', exhausted: true });
});

import { describe, expect, it } from 'vitest';
import { eachInTiers, long } from '../../src/tiers.test.helper.js';
import { explore, fixture, replaySchedule, searchSimulated } from './explore.test.helper.js';
import { scheduleOf } from './report/schedule-files.js';

const one = { executor: 'sim', onWarning: () => {} } as const;
const drawn = { strategy: 'pct', schedules: 6 } as const;

describe('a simulated machine of another system', () => {
  const ignoring = { ...one, target: fixture('ignores-eperm.mjs'), clients: ['set a', 'all'] };

  it('does not let a file be replaced that another process has open, which a store may overlook', async () => {
    const { failures } = await explore({ ...ignoring, platform: 'windows' });
    const [failure] = failures;
    if (!failure) throw new Error('nothing was found');
    expect(failure).toMatchObject({ kind: 'lost-update', replayed: { same: 2, of: 2 } });
    const file = scheduleOf(failure);
    expect(await replaySchedule(file)).toMatchObject({ executor: 'sim', same: 2, of: 2 });
    await expect(replaySchedule(file, { executor: 'process' })).rejects.toThrow('only a simulated machine');
  });

  it('is the only one on which that store loses', async () => {
    expect((await searchSimulated(ignoring)).failures).toEqual([]);
  });

  it('is refused where real processes are searched', async () => {
    const search = explore({ target: 'naive', platform: 'macos' });
    await expect(search).rejects.toThrow('only a simulated machine has another system');
  });

  eachInTiers([
    ['macos', 'two writers', { clients: ['set a', 'set b'] }],
    ['windows', 'two writers', { clients: ['set a', 'set b'] }],
    ['windows', 'a writer and a reader', { clients: ['set a, get a', 'all, all'] }],
    ['macos', 'a kill', { clients: ['set a', 'remove anthropic'], crash: true }],
    ['windows', 'a kill', { clients: ['set a', 'remove anthropic'], crash: true }],
    ['macos', 'pauses beyond every lease', { clients: ['set a', 'set b'], steal: true }],
    ['windows', 'pauses beyond every lease', { clients: ['set a', 'set b'], steal: true }],
    ['macos', 'the first creation', { clients: ['set a', 'set b'], fromNothing: true }],
    ['windows', 'the first creation', { clients: ['set a', 'set b'], fromNothing: true }],
  ] as const)('%s: the hardened store breaks nothing: %s', async (platform, _, more) => {
    const options = { ...drawn, target: 'hardened?leaseMs=20', platform, ...more };
    expect((await searchSimulated(options)).failures.map(({ sentence }) => sentence)).toEqual([]);
  });

  // The short twins are above.
  it.each(
    (['macos', 'windows'] as const).flatMap((platform) =>
      ['set a | set b', 'set a | remove anthropic', 'update a | set b'].map(
        (program) => [platform, program] as const,
      ),
    ),
  )(
    '%s: the hardened store breaks nothing in any interleaving with one preemption: %s',
    long,
    async (platform, program) => {
      const options = {
        target: 'hardened?leaseMs=20',
        platform,
        clients: program.split('|'),
        preemptions: 1,
      };
      const found = await searchSimulated(options);
      expect(found).toMatchObject({ exhausted: true, failures: [] });
      expect(found.executions).toBeGreaterThan(10);
    },
  );
});

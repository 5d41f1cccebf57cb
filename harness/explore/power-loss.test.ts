import { describe, expect, it } from 'vitest';
import { eachInTiers, long, propertyInTiers } from '../../src/tiers.test.helper.js';
import type { ExploreOptions } from './explore.js';
import { explore, fixture, replaySchedule, searchSimulated } from './explore.test.helper.js';
import { scheduleOf } from './report/schedule-files.js';
import { parseSchedule, printSchedule } from './schedule/action.js';

const one = { clients: ['set a'], executor: 'sim', powerLoss: true, onWarning: () => {} } as const;
/** Its own lease is longer: what a process of the boot before has left is waited for in many looks. */
const hardened = 'hardened?leaseMs=20';
const replaces = (syncs: string) => `${fixture('replaces.mjs')}?syncs=${syncs}`;
const lying = (what: string) => `${fixture('hardened-unsynced.mjs')}?lies=${what}&leaseMs=20`;

async function firstFailure(options: ExploreOptions) {
  const [failure] = (await searchSimulated({ ...one, ...options })).failures;
  return [failure?.kind, failure?.guarantee];
}

describe('a power loss', () => {
  eachInTiers([
    [
      'an acknowledged write is lost by a store that does not sync the directory',
      'file',
      'lost-update',
      'G3',
    ],
    ['a file is torn that is not synced itself', 'directory', 'torn-read', 'G1'],
    ['a file is torn that is synced after its rename', 'late', 'torn-read', 'G1'],
  ])('%s', async (_, syncs, kind, guarantee) => {
    const options = { target: replaces(syncs), stopAtFirst: false };
    const { failures } = await searchSimulated({ ...one, ...options });
    expect(failures.map((failure) => [failure.kind, failure.guarantee])).toContainEqual([kind, guarantee]);
  });

  it('breaks nothing in a store that syncs the file and then the directory, at no point and by no disk', async () => {
    const found = await searchSimulated({ ...one, target: replaces('both') });
    expect(found.failures.map(({ sentence }) => sentence)).toEqual([]);
    expect(found).toMatchObject({ exhausted: true, losses: { cut: 0 } });
    expect(found.losses?.disks).toBeGreaterThan(5);
  });

  it('hides a file that is not synced on ext4, which writes out what is renamed over another file', async () => {
    const options = { target: replaces('directory'), powerModel: 'ext4' } as const;
    expect((await searchSimulated({ ...one, ...options })).failures).toEqual([]);
    expect(await firstFailure({ target: replaces('file'), powerModel: 'ext4' })).toEqual([
      ...['lost-update', 'G3'],
    ]);
  });

  it('of which the bound leaves disks out leaves the search unfinished, and says how often', async () => {
    const found = await searchSimulated({ ...one, target: replaces('both'), powerStates: 2 });
    expect(found).toMatchObject({ failures: [], exhausted: false });
    expect(found.losses?.cut).toBeGreaterThan(0);
  });

  it('is followed by two processes where two were at it, which meet each other at what was left', async () => {
    const target = fixture('stale-after-boot.mjs');
    const options = { ...one, target, preemptions: 0, schedules: 30 };
    const first = 'set a, remove a, set a';
    const { failures } = await searchSimulated({ ...options, clients: [first, 'set b, set c'] });
    expect(failures.map(({ kind }) => kind)).toContain('lost-update');
    // One that comes alone takes the lock of the boot before, and no one is in its way.
    expect((await searchSimulated({ ...options, clients: [first] })).failures).toEqual([]);
  });

  it(
    'leaves the claim of a boot before to the next refresh, which sweeps it when its lease is over',
    long,
    async () => {
      const refresh = { ...one, clients: ['refresh'], schedules: 40, powerStates: 24 };
      const swept = await searchSimulated({ ...refresh, target: `${hardened}&refreshLeaseMs=400` });
      expect(swept.failures.map(({ sentence }) => sentence)).toEqual([]);
      const left = { ...refresh, target: `${fixture('never-sweeps.mjs')}?leaseMs=20&refreshLeaseMs=400` };
      expect((await searchSimulated(left)).failures).toMatchObject([{ kind: 'leftover', guarantee: 'G6' }]);
    },
  );

  it('is a step of a schedule, which is run again in simulation, and never by real processes', async () => {
    const { failures } = await explore({ ...one, target: replaces('file') });
    const [failure] = failures;
    if (!failure) throw new Error('nothing was found');
    expect(failure.schedule).toMatch(/ x0\.\d+$/);
    expect(printSchedule(parseSchedule(failure.schedule))).toBe(failure.schedule);
    expect(failure).toMatchObject({ replayed: { same: 2, of: 2 }, unconfirmed: { isExplained: false } });
    expect(failure.rows.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^\(power loss: .+\)$/),
    );
    const file = scheduleOf(failure);
    const again = await replaySchedule(file);
    expect(again).toMatchObject({ executor: 'sim', result: 'invalid', same: 2, of: 2 });
    await expect(replaySchedule(file, { executor: 'process' })).rejects.toThrow('only a simulated machine');
  });

  it('is refused where real processes are searched', async () => {
    const search = explore({ target: 'naive', clients: ['set a'], powerLoss: true });
    await expect(search).rejects.toThrow('only a simulated machine can lose its power');
  });

  it('breaks nothing in the hardened store after the acknowledgement of a set, nor shortly before', async () => {
    // The latest points come first.
    const found = await searchSimulated({ ...one, target: hardened, schedules: 10 });
    expect(found.failures.map(({ sentence }) => sentence)).toEqual([]);
    expect(found.executions).toBe(10);
  });

  eachInTiers([
    ['the directory', 'directory'],
    ['the files', 'file'],
    ['the files, before they have their names,', 'late'],
  ])('is survived by the hardened store only with its sync of %s', async (_, what) => {
    // The bound keeps the search small: nothing that it leaves out is needed to see the loss.
    const options = { target: lying(what), powerStates: 64 };
    expect((await searchSimulated({ ...one, ...options })).failures).toHaveLength(1);
  });

  eachInTiers([
    ['posix', { preemptions: 0, schedules: 6 }],
    ['posix', { preemptions: 0, schedules: 12 }],
    ['ext4', { preemptions: 0, schedules: 12 }],
  ] as const)(
    'breaks nothing while two processes of the hardened store are at it, by %s',
    async (powerModel, more) => {
      const options = { ...one, ...more, target: hardened, clients: ['set a', 'set b'], powerModel };
      expect((await searchSimulated(options)).failures.map(({ sentence }) => sentence)).toEqual([]);
    },
  );

  it('is found out while two processes are at it, where the directory is not synced', long, async () => {
    const options = { ...one, target: 'textbook', clients: ['set a', 'set b'], preemptions: 0 };
    for (const powerModel of ['posix', 'ext4'] as const)
      expect((await searchSimulated({ ...options, powerModel })).failures).toMatchObject([
        { guarantee: 'G3' },
      ]);
  });

  it.each([
    ['a set', { clients: ['set a'] }],
    ['a removal', { clients: ['remove anthropic'] }],
    ['the first creation', { clients: ['set a'], fromNothing: true }],
    ['an update', { clients: ['update a'] }],
  ] satisfies [string, ExploreOptions][])(
    'breaks nothing in the hardened store: %s',
    long,
    async (_, more) => {
      const found = await explore({ ...one, target: hardened, ...more });
      expect(found.failures.map(({ sentence }) => sentence)).toEqual([]);
      expect(found).toMatchObject({ result: 'valid', exhausted: true });
    },
  );
});

describe('machines that share one directory', () => {
  const losesNothing = async (schedules: number, where: ExploreOptions) => {
    const options = { target: hardened, clients: ['set a', 'set b'], ...where };
    const { failures, executions } = await searchSimulated({ ...options, strategy: 'pct', schedules });
    expect(failures.map(({ sentence }) => sentence)).toEqual([]);
    expect(executions).toBe(schedules);
  };
  const cases = { few: 6, many: 24 };
  propertyInTiers(
    'lose nothing by equal numbers of processes, clocks that are apart and watches that see nothing',
    cases,
    (schedules) => losesNothing(schedules, { hosts: true }),
  );
  propertyInTiers(
    "lose nothing in containers, where another process has the same number and can't be seen",
    cases,
    (schedules) => losesNothing(schedules, { containers: true }),
  );

  it('undo each other where a lock names its holder by the number and the start of its process', async () => {
    const options = {
      target: `${fixture('blind.mjs')}?way=asks-when-it-started`,
      preemptions: 1,
      schedules: 40,
    };
    expect((await searchSimulated({ ...options, hosts: true })).failures).not.toEqual([]);
    expect((await searchSimulated({ ...options, containers: true })).failures).not.toEqual([]);
    expect((await searchSimulated(options)).failures).toEqual([]);
  });
});

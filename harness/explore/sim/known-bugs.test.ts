import { expect, it } from 'vitest';
import { long } from '../../../src/tiers.test.helper.js';
import type { ExploreOptions } from '../explore.js';
import { fixture, searchSimulated } from '../explore.test.helper.js';
import { nameOf } from '../schedule/action.js';

/** Bugs of packages in use, unmodified, as the search in simulation comes to them. */

/** Every kind of failure that a search has met, and of each the guarantee. */
async function kindsOf(options: ExploreOptions): Promise<string[]> {
  const { failures } = await searchSimulated({ stopAtFirst: false, ...options });
  return failures.map(({ kind, guarantee }) => `${kind}, ${guarantee}`);
}

const textbook = 'textbook?stale=2000';
/** @param looks whether a holder looks if it can have been taken over before it releases */
const lateRelease = (looks: boolean) => `${fixture('releases-late.mjs')}?looks=${looks}`;
const atomic = (fsync: boolean) => `${fixture('writes-atomically.mjs')}?fsync=${fsync}`;

type Drawn = Pick<ExploreOptions, 'seed' | 'schedules'>;

/** The few are of a seed that comes to the bug in the first half of them, and the many are of another one. */
function drawnInTiers(title: string, few: Drawn, many: Drawn, check: (drawn: Drawn) => Promise<void>): void {
  it(title, () => check(few));
  it(`${title}, in ${many.schedules} schedules`, long, () => check(many));
}

drawnInTiers(
  'a holder of proper-lockfile that is paused beyond "stale" writes over what came after it',
  { seed: 3, schedules: 16 },
  { seed: 1, schedules: 40 },
  async (drawn) => {
    const options = { target: textbook, clients: ['set a', 'set b'], steal: true } as const;
    expect(await kindsOf({ ...options, ...drawn, strategy: 'pct' })).toContain('lost-update, G8');
  },
);

drawnInTiers(
  'a holder of proper-lockfile that is paused beyond "stale" releases the lock of the next one, beside which a third one enters',
  { seed: 7, schedules: 8 },
  { seed: 1, schedules: 60 },
  async (drawn) => {
    const options = { clients: ['set a', 'set b', 'set c'], steal: true, strategy: 'pct', ...drawn } as const;
    const [found] = (await searchSimulated({ ...options, target: lateRelease(false) })).failures;
    expect([found?.kind, found?.guarantee]).toEqual(['lost-update', 'G2']);
    expect(found?.finding?.operations).toHaveLength(2);
    // It has no part in the loss itself: neither its write is lost, nor has it written over another one.
    const paused = found?.actions.find((action) => action.do === 'pause');
    expect(found?.finding?.operations).not.toContain(`${nameOf(paused?.client ?? -1)}.0.0`);
    expect(await kindsOf({ ...options, target: lateRelease(true) })).toEqual([]);
  },
);

drawnInTiers(
  'two waiters of proper-lockfile take over one stale lock, and one of their writes is lost: its issue 121',
  { seed: 2, schedules: 24 },
  { seed: 1, schedules: 100 },
  async (drawn) => {
    const options = { target: textbook, clients: ['set a', 'set b', 'set c'], abandoned: true } as const;
    expect(await kindsOf({ ...options, ...drawn, strategy: 'random' })).toContain('lost-update, G2');
  },
);

drawnInTiers(
  'write-file-atomic takes one temporary name in two containers, as their numbers are the same, and a file is torn',
  { seed: 5, schedules: 16 },
  { seed: 1, schedules: 60 },
  async (drawn) => {
    const options = { target: atomic(true), clients: ['set a', 'set b'], crash: true } as const;
    const search = { ...options, ...drawn, strategy: 'pct' } as const;
    expect(await kindsOf({ ...search, containers: true })).toContain('torn-read, G1');
    expect(await kindsOf(search)).not.toContain('torn-read, G1');
  },
);

it.each(['posix', 'ext4'] as const)(
  'write-file-atomic does not sync the directory, so what was acknowledged is lost with the power, by %s',
  async (powerModel) => {
    const options = { target: textbook, clients: ['set a'], powerLoss: true, powerModel } as const;
    expect(await kindsOf({ ...options, stopAtFirst: true })).toEqual(['lost-update, G3']);
  },
);

it('write-file-atomic leaves a torn file after a loss of power where it is told not to sync the file', async () => {
  const options = { clients: ['set a'], powerLoss: true } as const;
  expect(await kindsOf({ ...options, target: atomic(false) })).toContain('torn-read, G1');
  expect(await kindsOf({ ...options, target: atomic(true) })).not.toContain('torn-read, G1');
});

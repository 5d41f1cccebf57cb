import { expect, it } from 'vitest';
import type { ExploreOptions } from '../explore.js';
import { fixture, searchSimulated } from '../explore.test.helper.js';

/** Bugs of packages in use, unmodified, as the search in simulation comes to them. */

/** Every kind of failure that a search has met, and of each the guarantee. */
async function kindsOf(options: ExploreOptions): Promise<string[]> {
  const { failures } = await searchSimulated({ stopAtFirst: false, ...options });
  return failures.map(({ kind, guarantee }) => `${kind}, ${guarantee}`);
}

const textbook = 'textbook?stale=2000';
const atomic = (fsync: boolean) => `${fixture('writes-atomically.mjs')}?fsync=${fsync}`;

it('a holder of proper-lockfile that is paused beyond "stale" writes over what came after it', async () => {
  const options = { target: textbook, clients: ['set a', 'set b'], steal: true } as const;
  expect(await kindsOf({ ...options, strategy: 'pct', schedules: 40 })).toContain('lost-update, G8');
});

it('two waiters of proper-lockfile take over one stale lock, and one of their writes is lost: its issue 121', async () => {
  const options = { target: textbook, clients: ['set a', 'set b', 'set c'], abandoned: true } as const;
  expect(await kindsOf({ ...options, strategy: 'random', schedules: 100 })).toContain('lost-update, G2');
});

it('write-file-atomic takes one temporary name in two containers, as their numbers are the same, and a file is torn', async () => {
  const options = { target: atomic(true), clients: ['set a', 'set b'], crash: true } as const;
  const drawn = { ...options, strategy: 'pct', schedules: 60 } as const;
  expect(await kindsOf({ ...drawn, containers: true })).toContain('torn-read, G1');
  expect(await kindsOf(drawn)).not.toContain('torn-read, G1');
});

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

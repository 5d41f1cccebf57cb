import { describe, expect, it } from 'vitest';
import { eachInTiers, long } from '../../src/tiers.test.helper.js';
import type { Executed } from './execution/executed.js';
import {
  exploreByDefault as explore,
  fixture,
  follow,
  inTurn,
  optionsFor,
  replaySchedule,
  replaySimulated,
  searchSimulated,
  simPoolFor,
} from './explore.test.helper.js';
import { scheduleOf } from './report/schedule-files.js';

const renamesAway = `${fixture('intents.mjs')}?way=renames-away`;
const right = fixture('intents.mjs');

/** All that can be seen of an execution but its first halves: one that has failed is the whole call. */
function seenIn({ steps, events, ending }: Executed): string[] {
  const calls = steps.flatMap(({ call, path, to, end, now }) =>
    call?.half !== undefined && end?.errno === undefined
      ? []
      : [[call?.half ?? call?.call ?? 'wakes', path, to, call?.flags, end?.errno, now].join(' ')],
  );
  return [...calls, ...events.map((event) => JSON.stringify({ ...event, time: 0, until: 0 })), ending];
}

describe('split calls', () => {
  it('show the update that is lost where a directory is renamed away as a fence, and whole calls do not', async () => {
    const bound = { target: renamesAway, preemptions: 1 };
    const found = await searchSimulated({ ...bound, splitCalls: true });
    expect(found.failures.map(({ kind, execution }) => [kind, execution])).toEqual([['lost-update', 4]]);
    expect(await searchSimulated(bound)).toMatchObject({ exhausted: true, failures: [] });
  });

  it('show a failure that no real process was asked for, and that its schedule leads to again', async () => {
    const { result, failures } = await explore({ target: renamesAway, splitCalls: true });
    const [failure] = failures;
    if (!failure) throw new Error('nothing was found');
    expect(result).toBe('invalid');
    expect(failure.conditions).toEqual({ splitCalls: true });
    expect(failure.unconfirmed).toMatchObject({ isOnlySimulated: true, isExplained: false });
    expect(failure.unconfirmed?.sentence).toMatch(
      /^a process is stopped in the middle of a call in simulation only/,
    );
    expect(failure.rows.map(({ text }) => text)).toContain('resolve (rename new -> auth.json)');
    const file = scheduleOf(failure);
    expect(await replaySimulated(file)).toMatchObject({ kind: 'lost-update', same: 2, of: 2 });
    await expect(replaySchedule(file, { executor: 'process' })).rejects.toThrow('in the middle of a call');
  });

  it('lose nothing where the directory is removed instead', async () => {
    const found = await searchSimulated({ target: right, splitCalls: true, preemptions: 1 });
    expect(found).toMatchObject({ exhausted: true, failures: [] });
  });

  it('lose nothing in the hardened store, in any interleaving with one preemption', async () => {
    const found = await searchSimulated({ target: 'hardened', splitCalls: true, preemptions: 1 });
    expect(found).toMatchObject({ exhausted: true, failures: [] });
  });

  it('lose nothing in the hardened store, in any interleaving with two preemptions', long, async () => {
    const found = await searchSimulated({ target: 'hardened', splitCalls: true, preemptions: 2 });
    expect(found).toMatchObject({ exhausted: true, failures: [] });
  });

  it('come to nothing by chance that the reduced search does not come to', async () => {
    const search = { target: 'naive', splitCalls: true, stopAtFirst: false } as const;
    const [all, drawn] = [
      await searchSimulated(search),
      await searchSimulated({ ...search, strategy: 'random', schedules: 200 }),
    ];
    expect(all.exhausted).toBe(true);
    expect(all.outcomes).toEqual(expect.arrayContaining(drawn.outcomes));
    expect(drawn.outcomes.length).toBeGreaterThan(2);
  });

  eachInTiers(
    [
      ['intents.mjs', 'set a, get a, remove a, all'],
      ['hardened', 'set a, get a, remove a, all'],
      ['textbook', 'set a, get a, remove a, all'],
      ['anchored.mjs', 'set a, get a, remove a, all'],
      ['every-way.mjs', 'set sync, set promise, set callback, set handle, set kept, set recursive'],
    ],
    2,
  )('mean the same as whole ones where one process of %s is alone: %s', async (target, program) => {
    const pool = await simPoolFor(target);
    const made = (conditions: object) =>
      inTurn(() => follow(pool, optionsFor(program, { details: false, conditions }), [], false));
    const [whole, split] = [await made({}), await made({ splitCalls: true })];
    expect(split?.steps.length).toBeGreaterThan((whole?.steps.length ?? 0) + 5);
    expect(split && seenIn(split)).toEqual(whole && seenIn(whole));
  });

  it.each([
    [{ executor: 'process' }, 'no real process can be stopped in the middle of a call'],
    [{ program: 'pip' }, 'no real process can be stopped in the middle of a call'],
    [{ platform: 'macos' }, 'where a call can be divided is known of Linux only'],
  ] as const)('are refused with %j', async (more, why) => {
    await expect(explore({ splitCalls: true, ...more })).rejects.toThrow(why);
  });
});

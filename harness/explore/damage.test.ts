import { describe, expect, it } from 'vitest';
import { long } from '../../src/tiers.test.helper.js';
import type { ExploreOptions } from './explore.js';
import { explore, fixture, replaySchedule, searchSimulated } from './explore.test.helper.js';
import { scheduleOf } from './report/schedule-files.js';
import { printSchedule } from './schedule/action.js';

const restoring = { target: `${fixture('blind.mjs')}?way=restores-the-last` };

describe('a file that is damaged', () => {
  const losers = [
    ['naive', 'lost-update'],
    ['rename-only', 'lost-update'],
    ['strict-read', 'torn-file'],
  ] as const;
  const options = { clients: ['set a', 'set b'], preemptions: 0 };

  it.each(losers)('%s loses entries after the damage, and not without it: %s', async (target, kind) => {
    const sound = await searchSimulated({ ...options, target });
    const found = await searchSimulated({ ...options, target, damage: 1 });
    expect([sound.failures, found.failures[0]?.kind]).toEqual([[], kind]);
  });

  it.each(losers)(
    '%s loses entries after the damage in real processes, too: %s',
    long,
    async (target, kind) => {
      const found = await explore({ ...options, target, damage: true });
      expect([found.result, found.failures[0]?.kind]).toEqual(['invalid', kind]);
    },
  );

  const two = ['set a, look', 'set b'];
  const restorers: [string, ExploreOptions, string[]][] = [
    ['is put back by a store that keeps a copy of what it has acknowledged', restoring, two],
    ['is put back by the hardened store', { target: 'hardened' }, ['set a', 'look']],
  ];

  it.each(restorers)('a damaged file %s, and the damage is no failure', async (_, options, clients) => {
    const found = await searchSimulated({ ...options, clients, preemptions: 0, damage: 1 });
    expect(found.failures.map(({ sentence }) => sentence)).toEqual([]);
    expect(found.exhausted).toBe(true);
  });

  it.each(restorers)('a damaged file %s among real processes, too', long, async (_, options) => {
    const { failures, result, exhausted } = await explore({
      ...options,
      clients: two,
      preemptions: 0,
      damage: 1,
    });
    expect(failures.map(({ sentence }) => sentence)).toEqual([]);
    expect({ result, exhausted }).toEqual({ result: 'valid', exhausted: true });
  });

  it('a file is also damaged at the very end, when every client has ended', async () => {
    // Its last call is the rename: only what is damaged after that had been acknowledged.
    const ending = { target: 'rename-only', clients: ['set a'], damage: 1, stopAtFirst: false };
    const { failures } = await searchSimulated(ending);
    const lost = failures.find(({ kind }) => kind === 'lost-update');
    expect(printSchedule(lost?.actions ?? [])).toMatch(/d0( 1x\d+)?$/);
  });

  it('the replay of a schedule damages the file again', long, async () => {
    const target = `${fixture('blind.mjs')}?way=restores-the-one-before`;
    const { failures } = await explore({ target, clients: ['set a', 'set b'], preemptions: 0, damage: 1 });
    const [failure] = failures;
    if (!failure) throw new Error('nothing was found');
    expect(failure.replayed).toEqual({ same: 2, of: 2 });
    const again = await replaySchedule(scheduleOf(failure));
    expect([again.result, again.same, again.of]).toEqual(['invalid', 2, 2]);
    expect(again.rows.filter(({ file }) => file === 'damaged')).toHaveLength(1);
  });

  it("a search with damages is unknown where the file is no JSON object, as damage can't be told from an edit", async () => {
    const target = fixture('../../stress/fixtures/layouts/yaml.mjs');
    const { result, reason } = await explore({ target, damage: true });
    expect([result, reason]).toEqual(['unknown', expect.stringContaining('damage from an edit')]);
  });
});

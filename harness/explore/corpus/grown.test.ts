import { expect, it } from 'vitest';
import { eachInTiers } from '../../../src/tiers.test.helper.js';
import { inTurn, makeStrategy, optionsFor, search, simPoolFor } from '../explore.test.helper.js';
import type { Kept } from './grown.js';

/** A protocol that only looks like a fence: its bug needs two changes of who goes on, at the right calls. */
const target = 'intents.mjs?way=one-directory';
const nothing: Kept = { schedules: [], run: 0, drawn: 0 };

async function run(seed: number, schedulesMax: number, corpus: Kept) {
  const pool = await simPoolFor(target);
  const options = optionsFor('set a | set b', { details: false, skipsKnownAudits: true });
  const planned = {
    ...({ strategy: 'pct', preemptionsMax: undefined, prunes: true, schedulesMax, seed, corpus } as const),
    ...{ clients: 2, hasFaults: false, abandoned: false },
  };
  const strategy = makeStrategy(planned, { index: 0, of: 1 });
  const limits = { executionsMax: Number.POSITIVE_INFINITY, durationMsMax: 600_000, isStopped: () => false };
  const { executions, failures, grown } = await inTurn(() =>
    search(pool, options, strategy, { ...limits, stopsAtFirst: true, pastSideFindings: 0 }),
  );
  if (!grown) throw new Error('nothing has grown');
  const schedules = grown.added.map(({ schedule }) => schedule);
  const kept: Kept = { schedules, seen: grown.seen, run: 1, drawn: grown.drawn };
  return { executions, kept, grown, hasFound: failures.some(({ kind }) => kind === 'lost-update') };
}

const median = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? 0;

eachInTiers([
  ['one seed', [3]],
  [
    'all of 21 seeds after which a first search has found nothing',
    Array.from({ length: 21 }, (_, n) => n + 1),
  ],
] as const)(
  'a search that goes on finds what a short one had not, in fewer executions than a new one: %s',
  async (_, seeds) => {
    const [news, ons]: number[][] = [[], []];
    for (const seed of seeds) {
      const first = await run(seed, 20, nothing);
      if (first.hasFound) continue;
      const [anew, on] = [await run(seed, 1500, nothing), await run(seed, 1500, first.kept)];
      expect([anew.hasFound, on.hasFound]).toEqual([true, true]);
      news?.push(anew.executions);
      ons?.push(on.executions);
    }
    expect(ons).not.toEqual([]);
    expect(median(ons ?? [])).toBeLessThan(median(news ?? []));
  },
);

it('what showed something new is kept, and is all that a search of another version needs to show it again', async () => {
  const first = await run(3, 20, nothing);
  const { schedules } = first.kept;
  expect(schedules.length).toBeGreaterThan(2);
  const again = await run(3, schedules.length, { schedules, run: 1, drawn: 0 });
  expect(again.grown).toMatchObject({ added: [], idle: [], drawn: 0 });
  expect(new Set(again.grown.seen.states)).toEqual(new Set(first.grown.seen.states));
});

it('a search of the same version draws on, and keeps nothing that was seen', async () => {
  const first = await run(3, 20, nothing);
  const second = await run(3, 1, { ...first.kept, schedules: [] });
  expect(second.grown.drawn).toBe(first.grown.drawn + 1);
  const none = await run(3, 20, { ...first.kept, schedules: [], drawn: 0 });
  expect(none.grown.added.length).toBeLessThan(first.grown.added.length);
});

import { describe, expect, it } from 'vitest';
import { long } from '../../../src/tiers.test.helper.js';
import { explore, fixture, searchSimulated } from '../explore.test.helper.js';
import { byGrade, Enough } from './gravity.js';

it('failures are sorted by severity: lost, resurrected, unreadable, without end, open to others, left behind', () => {
  const kinds = ['lost-update', 'resurrection', 'torn-read', 'deadlock', 'loose-mode', 'leftover'];
  const found = kinds.toReversed().map((kind) => ({ kind }));
  expect(found.sort(byGrade).map(({ kind }) => kind)).toEqual(kinds);
});

describe('the end of a search with findings', () => {
  it('a search ends at once with the worst kind of finding', () => {
    const enough = new Enough(10);
    enough.found('lost-seed', 3);
    expect(enough.isReached(3)).toBe(true);
  });

  it('a search with a minor finding goes on for a while, and then ends', () => {
    const enough = new Enough(10);
    expect(enough.isReached(100)).toBe(false);
    enough.found('leftover', 3);
    expect([enough.isReached(12), enough.isReached(13)]).toEqual([false, true]);
    enough.found('torn-file', 12);
    enough.found('leftover', 20);
    expect([enough.isReached(21), enough.isReached(22)]).toEqual([false, true]);
  });

  it('a search without faults ends with any finding', () => {
    const enough = new Enough(0);
    enough.found('leftover', 3);
    expect(enough.isReached(3)).toBe(true);
  });
});

const sides = { target: fixture('side-findings.mjs'), clients: ['set a'], strategy: 'dfs' } as const;

it.each([{ crash: true }, { errno: true }])('a leftover file does not end the search: %j', async (faults) => {
  const { failures } = await searchSimulated({ ...sides, ...faults });
  expect(new Set(failures.map(({ kind }) => kind))).toEqual(new Set(['lost-seed', 'leftover']));
});

it.each([{ crash: true }, { errno: true }])(
  'a leftover file does not end the search of real processes: %j',
  long,
  async (faults) => {
    const { failures } = await explore({ ...sides, ...faults });
    expect(failures.map(({ kind }) => kind)).toEqual(['lost-seed', 'leftover']);
  },
);

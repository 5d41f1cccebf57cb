import { describe, expect, it } from 'vitest';
import { eachInTiers, long } from '../../src/tiers.test.helper.js';
import { fixture, searchSimulated } from './explore.test.helper.js';

const points = ['today', 'slot-first', 'all-after', 'names-first', 'copy-unsynced', 'unnamed'] as const;
type Point = (typeof points)[number];
type View = 'raw' | 'store' | 'restored';

/** What a loss of power does to each order of syncs: docs/decisions/016-commit-point.md decides by it. */
describe('after a loss of power at any point of a commit', () => {
  const leftBy = async (point: Point, view: View, powerModel: 'posix' | 'ext4') => {
    const target = `${fixture('commit-points.mjs')}?point=${point}&view=${view}`;
    const { failures, exhausted, losses } = await searchSimulated({
      ...{ target, clients: ['set a'], executor: 'sim', powerLoss: true, powerModel, onWarning: () => {} },
    });
    return { first: failures[0]?.kind, isWhole: exhausted && losses?.cut === 0 };
  };

  eachInTiers<[Point, 'posix' | 'ext4', string]>([
    ['slot-first', 'posix', 'torn-read'],
    ['unnamed', 'posix', 'lost-update'],
    ['all-after', 'posix', 'torn-read'],
    ['names-first', 'posix', 'torn-read'],
    ['unnamed', 'ext4', 'lost-update'],
  ])('a program that reads the file alone is deceived by %s, on %s: %s', async (point, model, kind) => {
    expect((await leftBy(point, 'raw', model)).first).toBe(kind);
  });

  eachInTiers<[Point, View, 'posix' | 'ext4']>(
    [
      ['today', 'raw', 'posix'],
      ['today', 'raw', 'ext4'],
      ['today', 'restored', 'posix'],
      ['copy-unsynced', 'raw', 'posix'],
      ['slot-first', 'raw', 'ext4'],
      ['all-after', 'raw', 'ext4'],
      ...points.map((point) => [point, 'store', 'posix'] as [Point, View, 'posix']),
      ...(['slot-first', 'all-after', 'names-first', 'unnamed'] as const).map(
        (point) => [point, 'restored', 'posix'] as [Point, View, 'posix'],
      ),
    ],
    1,
  )('%s keeps what was acknowledged, and whole: read as %s, on %s', async (...row) => {
    expect(await leftBy(...row)).toEqual({ first: undefined, isWhole: true });
  });

  it('a copy that is not synced restores nothing where the file is damaged as well', long, async () => {
    expect((await leftBy('copy-unsynced', 'restored', 'posix')).first).toBe('torn-read');
  });
});

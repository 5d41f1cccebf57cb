import { execFile } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { long } from '../../../../src/tiers.test.helper.js';
import type { Compared, Crew } from './compare.test.helper.js';

/**
 * How many random sequences of calls are made on both file systems, in all, and never fewer than the tests ask for. For a long time:
 *
 *     HOLDFAST_SEQUENCES=100000 npx vitest run harness/explore/sim/kernel/compare.test.ts
 */
const sequences = Number(process.env.HOLDFAST_SEQUENCES ?? 0);
const seedOf = (usual: number) => Number(process.env.HOLDFAST_SEED ?? usual);

const program = fileURLToPath(
  new URL('../../../../build/harness/explore/sim/kernel/compare-run.test.helper.js', import.meta.url),
);

type Found = Record<Crew, Compared>;

/** In a process of its own, which can become another user and change its directory. */
async function compareAll(countOf: (row: Row) => number): Promise<Found> {
  const words = crews.map((row) => `${row[1]}:${countOf(row)}:${seedOf(row[4])}`);
  // Each thread has to agree to a change of user, so there are few.
  const args = ['--v8-pool-size=0', program, ...words];
  // Times are compared on the usual file system: in memory they are too coarse.
  const env = { ...process.env, TMPDIR: inject('usualDirectory') };
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: path.parse(program).root,
    env,
  });
  return JSON.parse(stdout) as Found;
}

function expectSame(compared: Compared, count: number): void {
  const { difference, hasCoarseTimes, ...found } = compared;
  expect(difference).toBeUndefined();
  if (hasCoarseTimes) {
    process.stderr.write(
      'skipped: times of files that are fine enough to be compared are not to be had here\n',
    );
    return;
  }
  expect(found.sequences).toBe(count);
  // Sequences that only fail compare nothing.
  const failed = Object.values(found.errnos).reduce((sum, one) => sum + one, 0);
  expect(found.calls - failed).toBeGreaterThan(found.calls / 6);
  expect(Object.keys(found.errnos).length).toBeGreaterThan(8);
  expect(found.decided).toBeLessThan(count / 50);
}

/**
 * How many sequences of each `npm test` makes, and their shares of more: to change between users takes long, and so do times.
 * Only two users meet what one may not do to the other's files in a sticky directory, which is rare: their seed is one of those
 * that meet it among the first.
 */
type Row = [title: string, crew: Crew, few: number, share: number, seed: number];
const crews: Row[] = [
  ['two processes of one user, with the times of all files', 'times', 30, 0.04, 1],
  // It becomes that user, where it is root: for good.
  ['two processes of a user', 'user', 120, 0.4, 1],
];
// Only root can become another one.
if (process.getuid?.() === 0)
  crews.unshift(
    ['two processes of root', 'root', 70, 0.4, 2],
    ['a process of root and one of a user', 'both', 60, 0.16, 2],
  );

/** A safety net: of a hundred thousand sequences, too. */
const timeout = 3_600_000;
const few = ([, , usual, share]: Row) => Math.max(usual, Math.round(sequences * share));
const many = ([, , , share]: Row) => Math.round(12_500 * share);

describe.skipIf(process.platform !== 'linux')('the simulated file system', () => {
  describe('in a few sequences', () => {
    let found: Found;
    beforeAll(async () => {
      found = await compareAll(few);
    }, timeout);
    it.each(crews)('answers every call as the real one does: %s', (...row) =>
      expectSame(found[row[1]], few(row)),
    );
  });

  describe('in up to 5,000 sequences', long, () => {
    let found: Found;
    beforeAll(async () => {
      found = await compareAll(many);
    }, timeout);
    it.each(crews)('answers every call as the real one does: %s', (...row) =>
      expectSame(found[row[1]], many(row)),
    );
  });
});

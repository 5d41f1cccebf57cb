import { execFile } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
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

/** In a process of its own, which can become another user and change its directory. */
async function compareAs(crew: Crew, count: number, seed: number): Promise<Compared> {
  // Each thread has to agree to a change of user, so there are few.
  const args = ['--v8-pool-size=0', program, crew, String(count), String(seed)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: path.parse(program).root });
  return JSON.parse(stdout) as Compared;
}

async function expectSame(crew: Crew, count: number, seed: number): Promise<void> {
  const { difference, hasCoarseTimes, ...found } = await compareAs(crew, count, seed);
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
const crews: [title: string, crew: Crew, few: number, share: number, seed: number][] = [
  ['two processes of a user', 'user', 120, 0.4, 1],
  ['two processes of one user, with the times of all files', 'times', 30, 0.04, 1],
];
// Only root can become another one.
if (process.getuid?.() === 0)
  crews.push(
    ['two processes of root', 'root', 70, 0.4, 2],
    ['a process of root and one of a user', 'both', 60, 0.16, 2],
  );

describe.skipIf(process.platform !== 'linux')('the simulated file system', () => {
  it.each(crews)('answers every call as the real one does: %s', (_, crew, few, share, seed) =>
    expectSame(crew, Math.max(few, Math.round(sequences * share)), seedOf(seed)),
  );
  it.each(crews)(
    'answers every call as the real one does, up to 5,000 sequences: %s',
    long,
    (_, crew, _few, share, seed) => expectSame(crew, Math.round(12_500 * share), seedOf(seed)),
  );
});

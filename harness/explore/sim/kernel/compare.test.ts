import { execFile } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { long } from '../../../../src/tiers.test.helper.js';
import type { Compared, Crew } from './compare.test.helper.js';

/**
 * How many random sequences of calls are made on both file systems, for each crew. For a long time:
 *
 *     HOLDFAST_SEQUENCES=100000 npx vitest run harness/explore/sim/kernel/compare.test.ts
 */
const sequences = Number(process.env.HOLDFAST_SEQUENCES ?? 2_000);
const seed = Number(process.env.HOLDFAST_SEED ?? 1);

const program = fileURLToPath(
  new URL('../../../../build/harness/explore/sim/kernel/compare-run.test.helper.js', import.meta.url),
);

/** In a process of its own, which can become another user and change its directory. */
async function compareAs(crew: Crew, count: number): Promise<Compared> {
  const args = [program, crew, String(count), String(seed)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: path.parse(program).root });
  return JSON.parse(stdout) as Compared;
}

async function expectSame(crew: Crew, count: number): Promise<void> {
  const { difference, ...found } = await compareAs(crew, count);
  expect(difference).toBeUndefined();
  expect(found.sequences).toBe(count);
  // Sequences that only fail compare nothing.
  const failed = Object.values(found.errnos).reduce((sum, one) => sum + one, 0);
  expect(found.calls - failed).toBeGreaterThan(found.calls / 6);
  expect(Object.keys(found.errnos).length).toBeGreaterThan(9);
  expect(found.decided).toBeLessThan(count / 50);
}

const isRoot = process.getuid?.() === 0;
const crews: [title: string, crew: Crew][] = isRoot
  ? [
      ['two processes of root', 'root'],
      ['two processes of a user', 'user'],
      ['a process of root and one of a user', 'both'],
    ]
  : // Who is not root can become nobody else.
    [['two processes of a user', 'user']];

describe.skipIf(process.platform !== 'linux')('the simulated file system', () => {
  it.each(crews)('answers every call as the real one does: %s', (_, crew) => expectSame(crew, sequences));
  it.each(crews)('answers every call as the real one does, 5,000 sequences: %s', long, (_, crew) =>
    expectSame(crew, 5_000),
  );
});

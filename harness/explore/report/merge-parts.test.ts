import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { atFileEnd } from '../../../src/file-end.test.helper.js';
import { holdfastWarm } from '../../cli/command.test.helper.js';
import { madeUpExploration } from '../../report/page/made-up-exploration.test.helper.js';
import type { Exploration } from '../evidence/exploration.js';
import { beginSearchPart } from './part-file.js';
import { type ExploreReport, toExploreReport } from './report.js';
import { writeExploreReport } from './write-report.js';

interface MadeUp {
  of: number;
  options?: Record<string, unknown>;
  isDone?: boolean;
  found?: Partial<Exploration>;
}

/** A part of a search that no process has made, as `explore --shard` leaves it below a directory. */
async function makePart(
  parts: string,
  index: number,
  { of, options = {}, isDone = true, found }: MadeUp,
): Promise<void> {
  const out = path.join(parts, String(index));
  const shard = { index, of };
  const searches = [{ scenario: 'explore', target: 'naive', seed: 1 }];
  const end = beginSearchPart({ out, shard, options, targets: ['naive'], searches });
  const exploration = {
    ...madeUpExploration(),
    shard,
    result: 'valid',
    failures: [],
    outcomeHashes: ['a'],
    ...found,
  } satisfies Exploration;
  const report = toExploreReport([{ scenario: 'explore', exploration, reproduce: '' }]);
  await writeExploreReport(report, out, () => '');
  if (isDone) end();
}

function newParts(): { parts: string; merge: (...more: string[]) => ReturnType<typeof holdfastWarm> } {
  const cwd = mkdtempSync(path.join(tmpdir(), 'holdfast-test-'));
  atFileEnd(() => rmSync(cwd, { recursive: true, force: true }));
  const parts = path.join(cwd, 'parts');
  return {
    parts,
    merge: (...more) => holdfastWarm(['merge', parts, '--out', path.join(cwd, 'out'), ...more], { cwd }),
  };
}

const searchIn = (stdout: string) => (JSON.parse(stdout) as ExploreReport).scenarios[0]?.exploration;

describe('the parts of a search, merged', () => {
  it('executions are added, an outcome that two parts came to counts once, and a failure of one part is kept with its schedule', async () => {
    const { parts, merge } = newParts();
    await makePart(parts, 1, { of: 2, found: { outcomeHashes: ['a', 'b'] } });
    const { failures } = madeUpExploration();
    await makePart(parts, 2, { of: 2, found: { result: 'invalid', failures, outcomeHashes: ['b', 'c'] } });
    const { exitCode, stdout } = await merge('--json');
    expect([exitCode, searchIn(stdout)]).toMatchObject([
      1,
      { executions: 12, outcomes: 3, result: 'invalid', failures: [{ id: 'naive-00000000' }] },
    ]);
    expect(searchIn(stdout)).not.toHaveProperty('shard');
    const schedule = path.join(parts, '../out/schedules/naive-00000000.json');
    expect(JSON.parse(readFileSync(schedule, 'utf8'))).toMatchObject({ schedule: '0x3 1x4 0x2' });
    expect((await merge()).stdout).toContain('out/schedules/naive-00000000.json');
  });

  it('disks that parts tried are added, and points that every part met count once', async () => {
    const { parts, merge } = newParts();
    const losses = { points: 7, states: 90, disks: 20, cut: 0 };
    await makePart(parts, 1, { of: 2, found: { losses } });
    await makePart(parts, 2, { of: 2, found: { losses: { ...losses, disks: 19, cut: 1 } } });
    expect(searchIn((await merge('--json')).stdout)?.losses).toEqual({
      ...{ points: 7, states: 90, disks: 39, cut: 1 },
    });
  });

  it('a part that had nothing to do leaves the verdict to the others', async () => {
    const { parts, merge } = newParts();
    await makePart(parts, 1, { of: 2 });
    await makePart(parts, 2, { of: 2, found: { executions: 0, result: 'unknown' } });
    expect((await merge()).exitCode).toBe(0);
  });

  it('a part that is missing, or was interrupted, has proved nothing', async () => {
    const { parts, merge } = newParts();
    await makePart(parts, 1, { of: 2 });
    expect(await merge()).toMatchObject({
      exitCode: 3,
      stdout: expect.stringContaining('1 of 2 parts missing'),
    });
    await makePart(parts, 2, { of: 2, isDone: false });
    expect(await merge()).toMatchObject({
      exitCode: 3,
      stdout: expect.stringContaining('1 of 2 parts interrupted'),
    });
    await makePart(parts, 2, { of: 2 });
    expect((await merge()).exitCode).toBe(0);
  });

  it('parts of another search, and what is only for runs, are bad usage', async () => {
    const { parts, merge } = newParts();
    await makePart(parts, 1, { of: 2 });
    await makePart(parts, 2, { of: 2, options: { crash: true } });
    expect(await merge()).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('its options differ'),
    });
    expect(await merge('--reporter', 'junit')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('--reporter is of runs'),
    });
  });
});

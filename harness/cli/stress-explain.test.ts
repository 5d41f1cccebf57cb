import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { long } from '../../src/tiers.test.helper.js';
import { holdfast, holdfastWarm, newDirectory } from './command.test.helper.js';

it(
  'stress --explain turns a loss into a schedule, a confirmation without a gate, and a test',
  long,
  async () => {
    const cwd = newDirectory();
    const args = [
      'stress',
      '--target',
      'rename-only',
      '--scenario',
      'two-terminals',
      '--no-controls',
      '--duration',
      '3s',
    ];
    const { exitCode, stdout, stderr } = await holdfast(
      [...args, '--json', '--explain', '--emit-test', 'lost.test.ts'],
      { cwd },
    );
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ result: 'invalid' });
    expect(stderr).toMatch(/It fails because B's "open auth\.json to read" .* comes before A's "rename/);
    expect(stderr).toMatch(/with nothing but process A's rename .* delayed \(by .*\): lost in 3 of 3 runs/);
    // Which contents these are depends on how much of the program was left out.
    expect(readFileSync(path.join(cwd, 'reports', 'latest', 'explained.html'), 'utf8')).toMatch(
      /v\d+ -> v\d+ by A removed/,
    );
    const test = readFileSync(path.join(cwd, 'lost.test.ts'), 'utf8');
    expect(test).toContain("import { replaySchedule, type ScheduleFile } from 'holdfast/harness'");
    expect(test).toContain('"target": "rename-only"');
  },
);

it('stress refuses --emit-test without --explain', async () => {
  const { exitCode, stderr } = await holdfastWarm(['stress', '--emit-test', 'x.test.ts']);
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('give --explain, too')]);
});

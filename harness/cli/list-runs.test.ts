import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { holdfastWarm, newDirectory } from './command.test.helper.js';

/** A directory with the reports of three runs, one of them of an older version, and with what is none. */
function reports(): string {
  const cwd = newDirectory();
  const add = (name: string, result: string, time: string | undefined, isMade = true) => {
    const directory = path.join(cwd, 'reports', name);
    mkdirSync(directory, { recursive: true });
    if (isMade) writeFileSync(path.join(directory, '.holdfast-run'), '');
    const counts = { acknowledged: 50, lost: 2, resurrected: 1, seedsLost: 0 };
    const scenario = { target: 'naive', counts, latencyMs: { set: { p50: 1, p99: 2.5, max: 3 } } };
    const environment = time === undefined ? {} : { environment: { time } };
    const report = { schema: 1, result, scenarios: [scenario, scenario], durationMs: 20_000, ...environment };
    writeFileSync(path.join(directory, 'report.json'), JSON.stringify(report));
  };
  add('older', 'valid', undefined);
  add('b', 'valid', '2026-01-02T10:00:00.000Z');
  add('a', 'invalid', '2026-01-03T10:00:00.000Z');
  add('mine', 'valid', '2026-01-01T10:00:00.000Z', false);
  mkdirSync(path.join(cwd, 'reports', 'explore'));
  writeFileSync(path.join(cwd, 'reports', 'explore', 'report.json'), '{"schema":1}');
  symlinkSync('a', path.join(cwd, 'reports', 'latest'));
  return cwd;
}

it('the runs in reports are listed, the latest first, each once and with what it found', async () => {
  const cwd = reports();
  const { stdout, exitCode } = await holdfastWarm(['list', 'runs', '--json'], { cwd });
  expect(exitCode).toBe(0);
  const runs = JSON.parse(stdout) as { run: string }[];
  expect(runs.map(({ run }) => path.basename(run))).toEqual(['a', 'b', 'mine', 'older']);
  expect(runs[0]).toMatchObject({ result: 'invalid', acknowledged: 100, lost: 6, p99Ms: 2.5, seconds: 20 });
  const { stdout: text } = await holdfastWarm(['list', 'runs'], { cwd });
  expect(text).toContain('2026-01-03 10:00');
  expect((await holdfastWarm(['list', 'runs'])).stdout).toBe('no runs in reports');
});

it('--keep removes all runs but the latest, and nothing that no run has made', async () => {
  const cwd = reports();
  const { stdout } = await holdfastWarm(['list', 'runs', '--keep', '1', '--json'], { cwd });
  expect((JSON.parse(stdout) as { run: string }[]).map(({ run }) => path.basename(run))).toEqual([
    'a',
    'mine',
  ]);
  const left = ['a', 'b', 'mine', 'older', 'explore', 'latest'].filter((name) =>
    existsSync(path.join(cwd, 'reports', name)),
  );
  expect(left).toEqual(['a', 'mine', 'explore', 'latest']);
  expect(await holdfastWarm(['list', 'targets', '--keep', '1'], { cwd })).toMatchObject({ exitCode: 2 });
});

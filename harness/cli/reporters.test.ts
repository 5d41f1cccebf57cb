import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { long } from '../../src/tiers.test.helper.js';
import type { Report } from '../index.js';
import { holdfast, holdfastWarm, newDirectory } from './command.test.helper.js';
import { naive } from './naive-run.test.helper.js';

describe('the forms of a report', () => {
  const cwd = newDirectory();
  const summary = path.join(cwd, 'github', 'summary.md');
  let run: Awaited<ReturnType<typeof holdfastWarm>>;

  beforeAll(async () => {
    mkdirSync(path.dirname(summary));
    writeFileSync(summary, '# another step\n');
    const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary };
    run = await holdfastWarm([...naive, '--reporter', 'json,junit=out/junit.xml'], { cwd, env });
  });

  it('under GitHub Actions there are annotations and a summary, and JSON on standard output stays JSON', () => {
    expect((JSON.parse(run.stdout) as Report).result).toBe('invalid');
    expect(run.stderr).toMatch(/^::error title=holdfast stress\.naive%3A two-terminals::/m);
    expect(readFileSync(summary, 'utf8')).toMatch(/^# another step\n# Stress run: invalid\n/);
  });

  it('a form is printed by its name, and written where a file is named; show gives any of them later', async () => {
    expect(run.exitCode).toBe(1);
    const report = JSON.parse(run.stdout) as Report;
    const junit = readFileSync(path.join(cwd, 'out', 'junit.xml'), 'utf8');
    expect(junit).toContain('<testsuites name="holdfast" tests="1" failures="1" errors="0"');
    const shown = await holdfastWarm(['show', '--reporter', 'junit'], { cwd });
    expect(`${shown.stdout}\n`).toBe(junit);
    const tap = await holdfastWarm(['show', '--reporter', 'tap'], { cwd });
    expect(tap.stdout).toMatch(/^TAP version 14\n1\.\.1\n/);
    const traced = await holdfastWarm(['show', '--trace', 'trace.json'], { cwd });
    expect(traced.exitCode).toBe(0);
    const { traceEvents } = JSON.parse(readFileSync(path.join(cwd, 'trace.json'), 'utf8'));
    const calls = traceEvents.filter(({ ph }: { ph: string }) => ph === 'X');
    expect(JSON.parse((await holdfastWarm(['show', '--json'], { cwd })).stdout)).toEqual(report);
    const { counts } = report.scenarios[0] ?? {};
    expect(calls.length).toBeGreaterThanOrEqual(counts?.acknowledged ?? Number.NaN);
    const nowhere = await holdfastWarm(['show', '--trace', 'no/such/place.json'], { cwd });
    expect([nowhere.exitCode, nowhere.stderr]).toEqual([2, expect.stringContaining('ENOENT')]);
    rmSync(path.join(cwd, 'reports', 'latest', 'history.jsonl'));
    const without = await holdfastWarm(['show', '--trace', 'other.json'], { cwd });
    expect([without.exitCode, without.stderr]).toEqual([2, expect.stringContaining('no history.jsonl in')]);
    expect(existsSync(path.join(cwd, 'other.json'))).toBe(false);
  });

  it('a summary that GitHub would refuse as too long is cut at a line', long, async () => {
    const cwd = newDirectory();
    const summary = path.join(cwd, 'summary.md');
    const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary };
    writeFileSync(summary, `${'x'.repeat(1_048_000)}\n`);
    await holdfast([...naive, '--json'], { cwd, env });
    const text = readFileSync(summary, 'utf8');
    expect(text.length).toBeLessThanOrEqual(1_048_576);
    expect(text).toMatch(/\n\.\.\.: the rest is in summary\.md\n$/);
  });
});

import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { long } from '../../src/tiers.test.helper.js';
import type { Report } from '../index.js';
import { counts, fixture, holdfast, holdfastWarm, newDirectory, stress } from './command.test.helper.js';

describe('a stress run', () => {
  it('a run is inconclusive where too little happened: exit code 3', async () => {
    const { exitCode, report } = await stress(
      'hardened',
      'two-terminals',
      '--operations',
      '2',
      '--duration',
      '5s',
    );
    expect(report?.result).toBe('unknown');
    expect(report?.scenarios[0]?.checks.coverage?.summary).toContain('too little happened');
    expect(exitCode).toBe(3);
  });

  it('a run goes on beyond its time until what its scenario asks for has happened', async () => {
    const cwd = newDirectory();
    const patient = path.join(cwd, 'patient.mjs');
    const faults = "[{ kind: 'kill', everyMs: [400, 400] }]";
    const scenario = `{ name: 'patient', title: '', why: '', clients: { tui: 2 }, faults: ${faults}, atLeast: { kills: 4 } }`;
    writeFileSync(patient, `export default ${scenario};`);
    // Less than a second of work: there is no time for a third.
    const { exitCode, report } = await stress('hardened', patient, '--duration', '2s');
    expect(counts(report)?.kills).toBeGreaterThanOrEqual(4);
    expect(exitCode).toBe(0);
  });

  it('a run writes report, history and summary, points "latest" at them, and its history is judged the same again', async () => {
    const { cwd, report } = await stress(
      'naive',
      'two-terminals',
      '--duration',
      '2s',
      '--operations',
      '100',
      '--seed',
      '7',
    );
    const latest = path.join(cwd, 'reports', 'latest');
    const written = JSON.parse(readFileSync(path.join(latest, 'report.json'), 'utf8')) as Report;
    expect(written).toEqual(report);
    expect(written.scenarios[0]?.reproduce).toContain('--scenario two-terminals --target naive --seed 7');
    expect(readFileSync(path.join(latest, 'summary.md'), 'utf8')).toMatch(
      /\| Time .*\| tui-\d \(pid \d+\).*\| File state/,
    );

    const again = await holdfastWarm(['check', path.join(latest, 'history.jsonl'), '--json'], { cwd });
    expect(again.exitCode).toBe(1);
    expect(JSON.parse(again.stdout)[0].counts).toEqual(counts(report));
    const shown = await holdfastWarm(['show'], { cwd });
    expect(shown.stdout).toContain('# Stress run: invalid');
  });

  it('a run in the directory of another one begins an empty history', long, async () => {
    const runs = ['--scenario', 'two-terminals', '--no-controls', '--duration', '2s', '--out', 'out'];
    const cwd = newDirectory();
    for (const [target, operations] of [
      ['naive', '40'],
      ['hardened', '60'],
    ] as const)
      await holdfast(['stress', '--target', target, '--operations', operations, ...runs], { cwd });
    const other = await holdfastWarm(['check', 'out/history.jsonl', '--json'], { cwd });
    expect([other.exitCode, JSON.parse(other.stdout)]).toEqual([
      0,
      [expect.objectContaining({ target: 'hardened' })],
    ]);
  });

  // What is blind is not valid, in harness/stress/shards/merge.test.ts and baseline.test.ts, too.
  it('a run whose control does not find the planted bug is blind', long, async () => {
    const program = new URL('../../dist/harness/stress/blind-run.test.helper.js', import.meta.url);
    const { stdout } = await execa(process.execPath, [program.pathname], { cwd: newDirectory() });
    expect(stdout).toBe('blind');
  });
});

describe('modules of a user', () => {
  it('a target and a scenario in TypeScript run from any folder, and the report gives the command to repeat it', async () => {
    const cwd = newDirectory();
    copyFileSync(fixture('in-memory.ts'), path.join(cwd, 'my-store.ts'));
    const scenario = `
      const everyMs: [number, number] = [100, 300];
      export default { name: 'mine', clients: { tui: 2 }, faults: [{ kind: 'kill', everyMs }], atLeast: { kills: 1 } };`;
    writeFileSync(path.join(cwd, 'mine.ts'), scenario);
    const flags = [
      '--scenario',
      './mine.ts',
      '--target',
      './my-store.ts',
      '--no-controls',
      '--duration',
      '2s',
      '--json',
    ];
    const { exitCode, stdout } = await holdfast(['stress', ...flags], { cwd });
    const [report] = (JSON.parse(stdout) as Report).scenarios;
    expect(report?.counts.lost).toBeGreaterThan(0);
    expect(report?.counts.kills).toBeGreaterThan(0);
    expect(report?.reproduce).toContain('--scenario ./mine.ts --target ./my-store.ts');
    expect(exitCode).toBe(1);
  });
});

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { long } from '../../src/tiers.test.helper.js';
import type * as Harness from '../index.js';
import type { Report } from '../index.js';
import { counts, fixture, holdfast, holdfastWarm, newDirectory, stress } from './command.test.helper.js';

describe('a stress run', () => {
  // Its short twins are the verdict in harness/checkers/index.test.ts, its exit code in baseline.test.ts, and the command in
  // harness/stress/stress.test.ts.
  it(
    'a run is inconclusive where too little happened: exit code 3, and a command that waits for more',
    long,
    async () => {
      const { exitCode, report } = await stress(
        'hardened',
        'two-terminals',
        ...['--operations', '2', '--duration', '5s', '--clients', 'tui=1'],
      );
      expect(report?.result).toBe('unknown');
      expect(report?.scenarios[0]?.checks.coverage?.summary).toContain('too little happened');
      expect(exitCode).toBe(3);
      expect(report?.scenarios[0]?.reproduce).toMatch(/ --duration \d+s --patience 20s /);
    },
  );

  it('a run says before it begins that its bound has no time to spare', async () => {
    const built = new URL('../../dist/harness/index.js', import.meta.url).href;
    const harness = (await import(built)) as typeof Harness;
    const said: Harness.Progress[] = [];
    await harness.stress({
      scenarios: ['two-terminals'],
      controls: false,
      durationMs: 5000,
      out: newDirectory(),
      signal: AbortSignal.abort(),
      onProgress: (progress) => said.push(progress),
    });
    const text = expect.stringContaining('--duration 5s has no time to spare');
    expect(said).toEqual([{ type: 'note', text }]);
  });

  // Where a kill meets it is a matter of chance: only a bug that stays unfound, run after run, says that the harness can't see it.
  it('a run goes on beyond its time until what its scenario asks for has happened, and a store that acknowledges a write before it is on disk is not durable', {
    retry: 2,
  }, async () => {
    const cwd = newDirectory();
    const patient = path.join(cwd, 'patient.mjs');
    const faults = "[{ kind: 'kill', everyMs: [400, 400] }]";
    const scenario = `{ name: 'patient', title: '', why: '', clients: { tui: 1 }, faults: ${faults}, atLeast: { kills: 3 } }`;
    writeFileSync(patient, `export default ${scenario};`);
    // Less than a second of work: there is no time for a third.
    const { exitCode, report } = await stress(fixture('write-behind.mjs'), patient, '--duration', '2s');
    expect(counts(report)?.kills).toBeGreaterThanOrEqual(3);
    const checks = report?.scenarios[0]?.checks;
    expect(checks?.coverage?.result).toBe('valid');
    expect(report?.scenarios[0]?.reproduce).toContain(`--scenario ${patient} --target `);
    expect(checks?.G3?.summary).toMatch(/its process was killed at .* after the acknowledgement/);
    expect(exitCode).toBe(1);
  });

  describe('that loses updates', () => {
    let lost: Awaited<ReturnType<typeof stress>>;

    beforeAll(async () => {
      lost = await stress(
        'naive',
        'two-terminals',
        ...['--duration', '2s', '--operations', '40', '--seed', '7', '--repeat-until-failure'],
      );
    });

    it('--repeat-until-failure ends with the round that fails, of the seed that is given', () => {
      const { exitCode, stderr, report } = lost;
      expect([exitCode, report?.result]).toEqual([1, 'invalid']);
      expect(stderr).toContain('round 1: invalid, seed 7');
    });

    it('a run writes report, history and summary, points "latest" at them, and its history is judged the same again', async () => {
      const { cwd, exitCode, report } = lost;
      expect(counts(report)?.lost).toBeGreaterThan(0);
      expect([exitCode, report?.result]).toEqual([1, 'invalid']);
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
  // The short twins are the target in stress-input.test.ts, the scenario in pick.test.ts, and the command of the run above that goes on.
  it(
    'a target and a scenario in TypeScript run from any folder, and the report gives the command to repeat it',
    long,
    async () => {
      const cwd = newDirectory();
      // Its file is looked at: to load TypeScript takes longer than all that the run does, and a store that shows nothing is probed again.
      const store = `
      import { existsSync, readFileSync, writeFileSync } from 'node:fs';
      type Entries = Record<string, unknown>;
      export function open(file: string) {
        let left: number = 10;
        const read = (): Entries => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {});
        const write = (entries: Entries) => writeFileSync(file, JSON.stringify(entries), { mode: 0o600 });
        return {
          get: async (key: string) => read()[key],
          all: async () => read(),
          // After some writes it forgets all others.
          set: async (key: string, value: unknown) => write({ ...(left-- > 0 ? read() : {}), [key]: value }),
          remove: async (key: string) => write({ ...read(), [key]: undefined }),
        };
      }`;
      writeFileSync(path.join(cwd, 'my-store.ts'), store);
      const scenario = `
      const clients: Record<string, number> = { tui: 1 };
      export default { name: 'mine', clients, atLeast: { acknowledged: 1 } };`;
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
      expect(report?.scenario).toBe('mine');
      expect(report?.reproduce).toContain('--scenario ./mine.ts --target ./my-store.ts');
      expect(exitCode).toBe(1);
    },
  );
});

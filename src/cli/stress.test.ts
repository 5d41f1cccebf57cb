import { copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../harness/index.js';
import { command, fixture, holdfast, isStopped, newDirectory, processesIn } from './command.test.helper.js';

/** Runs one scenario on one target. @returns the exit code and the report */
async function stress(target: string, scenario: string, ...more: string[]) {
  const cwd = newDirectory();
  const args = ['stress', '--target', target, '--scenario', scenario, '--no-controls', '--json', ...more];
  const { exitCode, stdout, stderr } = await holdfast(args, { cwd });
  return { exitCode, stderr, cwd, report: stdout === '' ? undefined : (JSON.parse(stdout) as Report) };
}

const counts = (report: Report | undefined) => report?.scenarios[0]?.counts;

describe('every store that ships with a bug is caught', () => {
  const planted = [
    { target: 'naive', scenario: 'two-terminals' },
    { target: 'in-process-lock', scenario: 'two-terminals' },
    { target: 'rename-only', scenario: 'two-terminals' },
    { target: 'naive', scenario: 'all-clients-set' },
    { target: 'naive', scenario: 'set-delete-churn' },
    { target: 'rename-only', scenario: 'corrupt-midway' },
    { target: 'naive', scenario: 'kill-9' },
    { target: 'textbook?stale=2000', scenario: 'pause', duration: '6s' },
    { target: fixture('in-memory.ts'), scenario: 'two-terminals' },
  ];
  it.each(planted)('$target loses updates in $scenario', async ({ target, scenario, duration = '3s' }) => {
    const { exitCode, report } = await stress(target, scenario, '--duration', duration);
    expect(counts(report)?.lost).toBeGreaterThan(0);
    expect(report?.result).toBe('invalid');
    expect(exitCode).toBe(1);
  });

  it('strict-read wipes nothing, but two writers in place leave a file that nobody can read', async () => {
    const { exitCode, report } = await stress('strict-read', 'two-terminals', '--duration', '2s');
    expect(counts(report)?.torn).toBeGreaterThan(0);
    expect(report?.scenarios[0]?.checks.G4?.summary).toContain('nobody can read the file');
    expect(exitCode).toBe(1);
  });

  it('loses seeds, tears reads and drops what it does not know where the bug is that of the agent', async () => {
    const { report } = await stress('naive', 'two-terminals', '--duration', '3s', '--clients', 'tui=4');
    expect(counts(report)?.seedsLost).toBeGreaterThan(0);
    expect(counts(report)?.torn).toBeGreaterThan(0);
    expect(report?.scenarios[0]?.checks.G5?.result).toBe('invalid');
  });

  it('a store that leaves files behind, open to others, is not private', async () => {
    const { report } = await stress(fixture('loose.mjs'), 'two-terminals', '--duration', '2s');
    expect(counts(report)?.looseModes).toBeGreaterThan(0);
    expect(counts(report)?.leftovers).toBeGreaterThan(0);
    expect(report?.scenarios[0]?.checks.G6?.result).toBe('invalid');
  });

  it.each([
    ['hangs-later.mjs', 'two-terminals'],
    ['exits-later.mjs', 'two-terminals'],
    ['forgotten-lock.mjs', 'kill-9'],
  ])(
    'a store that keeps its caller waiting, or ends it, breaks the bounded wait: %s in %s',
    async (name, scenario) => {
      const { report, cwd } = await stress(fixture(name), scenario, '--duration', '4s');
      const { hung = 0, crashed = 0 } = counts(report) ?? {};
      expect(hung + crashed).toBeGreaterThan(0);
      expect(report?.scenarios[0]?.checks.G7?.result).toBe('invalid');
      expect(processesIn(cwd)).toEqual([]);
    },
  );

  it('loses updates in every run of 4 processes and 100 sets each, and the hardened store none', async () => {
    const flags = ['--clients', 'tui=4', '--operations', '100', '--duration', '20s'];
    for (const seed of ['1', '2', '3']) {
      const { report } = await stress('naive', 'two-terminals', '--seed', seed, ...flags);
      expect(counts(report)?.lost).toBeGreaterThan(0);
    }
    const { exitCode, report } = await stress('hardened', 'two-terminals', '--seed', '1', ...flags);
    expect(counts(report)).toMatchObject({ lost: 0, torn: 0, seedsLost: 0, failed: 0, unknown: 0 });
    expect(counts(report)?.acknowledged).toBeGreaterThan(300);
    expect(exitCode).toBe(0);
  });
});

describe('the hardened store holds', () => {
  const scenarios = ['all-clients-set', 'set-delete-churn', 'corrupt-midway', 'kill-9', 'pause'];
  it.each(scenarios)('in %s', async (scenario) => {
    const { exitCode, report, stderr } = await stress('hardened', scenario, '--duration', '8s');
    expect({ exitCode, violations: report?.scenarios[0]?.violations, stderr }).toMatchObject({
      exitCode: 0,
      violations: [],
    });
  });
});

describe('a run says what it is worth', () => {
  it('is inconclusive where too little happened', async () => {
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

  it('writes report, history and summary, points latest at them, and judges the history again', async () => {
    const { cwd, report } = await stress('naive', 'two-terminals', '--duration', '2s', '--seed', '7');
    const latest = path.join(cwd, 'reports', 'latest');
    const written = JSON.parse(readFileSync(path.join(latest, 'report.json'), 'utf8')) as Report;
    expect(written).toEqual(report);
    expect(written.scenarios[0]?.reproduce).toContain('--scenario two-terminals --target naive --seed 7');
    expect(readFileSync(path.join(latest, 'summary.md'), 'utf8')).toMatch(
      /\| Time .*\| tui-\d \(pid \d+\).*\| File state/,
    );

    const again = await holdfast(['check', path.join(latest, 'history.jsonl'), '--json'], { cwd });
    expect(again.exitCode).toBe(1);
    expect(JSON.parse(again.stdout)[0].counts).toEqual(counts(report));
    const shown = await holdfast(['show'], { cwd });
    expect(shown.stdout).toContain('# Stress run: invalid');
  });

  it('starts afresh in a directory that is used again', async () => {
    const out = newDirectory();
    const flags = [
      'stress',
      '--no-controls',
      '--scenario',
      'two-terminals',
      '--duration',
      '3s',
      '--out',
      out,
    ];
    await holdfast([...flags, '--target', 'naive']);
    await holdfast([...flags, '--target', 'hardened']);
    const { exitCode, stdout } = await holdfast(['check', path.join(out, 'history.jsonl'), '--json']);
    expect(JSON.parse(stdout).map(({ target }: { target: string }) => target)).toEqual(['hardened']);
    expect(exitCode).toBe(0);
  });

  it('is blind, not green, where a planted bug is not found', async () => {
    // One terminal alone can't lose anything: the control on the naive store finds nothing.
    const module = new URL('../../dist/harness/index.js', import.meta.url).href;
    const plan = new URL('../../dist/harness/stress/plan.js', import.meta.url).href;
    const program = `
      import { controls } from '${plan}';
      import { stress } from '${module}';
      controls.splice(0, 2, { scenario: 'two-terminals', target: 'hardened', workMs: 500, mustFind: 'lost' });
      const { result } = await stress({ scenarios: ['two-terminals'], durationMs: 4000 });
      console.log(result);`;
    const { stdout } = await execa(process.execPath, ['--input-type=module', '-e', program], {
      cwd: newDirectory(),
    });
    expect(stdout).toBe('blind');
  });
});

describe('bad input is refused by name', () => {
  const refused: [string[], string][] = [
    [
      ['stress', '--scenario', 'two-terminal'],
      'unknown scenario "two-terminal" (did you mean "two-terminals"?)',
    ],
    [['stress', '--target', 'nave'], 'unknown target "nave" (did you mean "naive"?)'],
    [['stress', '--target', './absent.ts'], 'no module at'],
    [['stress', '--clients', 'tuo=2'], 'unknown client "tuo" (did you mean "tui"?)'],
    [['stress', '--clients', 'web=2'], 'add server=1'],
    [['stress', '--clients', 'tui'], 'Expected name=count'],
    [['stress', '--duration', '20'], 'Expected a number and a unit'],
    [['stress', '--duration', '3s'], 'too short'],
    [['stress', '--seed', 'x'], 'Expected a whole number'],
    [['stress', '--shard', '4/3'], 'Expected i/n'],
    [['stress', '--reporter', 'pdf'], 'list, json, markdown'],
    [['stress', '--sceanrio', 'x'], 'Did you mean --scenario?'],
    [['stres'], 'Did you mean stress?'],
    [['list', 'things'], 'Allowed choices are scenarios, targets, profiles, faults'],
    [['check', 'absent.jsonl'], 'no history at absent.jsonl'],
  ];
  it.each(refused)('%j', async (args, message) => {
    const { exitCode, stderr } = await holdfast(args);
    expect(stderr).toContain(message);
    expect(exitCode).toBe(2);
  });

  it('and what is not there is another exit code than what makes no sense', async () => {
    const shown = await holdfast(['show']);
    expect(shown.stderr).toContain('there is no report at reports/latest; holdfast stress makes one');
    expect(shown.exitCode).toBe(4);
    const split = await holdfast(['stress', '--scenario', 'pause', '--shard', '2/2', '--no-controls']);
    expect(split.exitCode).toBe(4);
  });

  it('a history that is none', async () => {
    const cwd = newDirectory();
    const histories = {
      text: 'not JSON',
      headless: '{"type":"ok","time":1,"op":"x"}',
      newer: '{"type":"run","version":2}',
    };
    for (const [name, line] of Object.entries(histories)) {
      writeFileSync(path.join(cwd, name), line);
      const { exitCode, stderr } = await holdfast(['check', name], { cwd });
      expect(stderr).toMatch(
        /^holdfast: .*(is not an event|begins with a "run" event|has version 2, expected 1)/,
      );
      expect(exitCode).toBe(2);
    }
  });

  const scenarios: [string, string][] = [
    [
      "{ name: 'x', clients: { tui: 2 }, atLeast: {}, faults: [{ kind: 'kil', everyMs: [1, 2] }] }",
      '(did you mean "kill"?)',
    ],
    ["{ name: 'x', clients: { tui: 2 }, atLeast: {}, faults: [{ kind: 'kill' }] }", 'expected everyMs'],
    ["{ name: 'x', clients: { tuo: 2 }, atLeast: {} }", 'unknown client "tuo" (did you mean "tui"?)'],
    ["{ name: 'x', clients: { web: 1 }, atLeast: {} }", 'add server=1'],
    ["{ name: 'x' }", 'has no scenario'],
    ["(() => { throw new Error('mine') })()", "can't be loaded: Error: mine"],
  ];
  it.each(scenarios)('a scenario that would prove nothing: %s', async (text, message) => {
    const cwd = newDirectory();
    writeFileSync(path.join(cwd, 'mine.mjs'), `export default ${text};`);
    const { exitCode, stderr } = await holdfast(['stress', '--scenario', './mine.mjs', '--no-controls'], {
      cwd,
    });
    expect(stderr).toContain(message);
    expect(exitCode).toBe(2);
  });

  it('a place that can hold no report', async () => {
    const cwd = newDirectory();
    writeFileSync(path.join(cwd, 'file'), '');
    for (const args of [
      ['stress', '--out', 'file'],
      ['check', '.'],
      ['show', 'file'],
    ]) {
      const { exitCode, stderr } = await holdfast(args, { cwd });
      expect(stderr).toMatch(/^holdfast: /);
      expect(stderr).not.toContain('internal error');
      expect(exitCode).toBe(2);
    }
  });

  const broken: [string, string][] = [
    ['throws-on-import.mjs', 'this module throws while it loads'],
    ['no-open.mjs', 'has no function "open"; it exports close'],
    ['exits.mjs', 'exit code 7'],
    ['hangs.mjs', 'did not open, set, get and remove within'],
  ];
  it.each(broken)('a target that is broken: %s', async (name, message) => {
    const { exitCode, stderr, cwd } = await stress(fixture(name), 'two-terminals', '--duration', '5s');
    expect(stderr).toContain(message);
    expect(exitCode).toBe(2);
    expect(processesIn(cwd)).toEqual([]);
  });
});

describe('modules of a user, wherever they are', () => {
  it('are a target and a scenario in TypeScript, in a folder with no package.json, and the run can be repeated', async () => {
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
      '3s',
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

describe('a run keeps to itself', () => {
  it("never touches the user's files, whatever the environment says", async () => {
    const home = newDirectory();
    const data = path.join(home, '.local', 'share', 'opencode');
    mkdirSync(data, { recursive: true });
    const file = path.join(data, 'auth.json');
    writeFileSync(file, '{"mine":{"type":"api","key":"do not touch"}}');
    const before = statSync(file, { bigint: true });
    const env = {
      HOME: home,
      XDG_DATA_HOME: path.join(home, '.local', 'share'),
      OPENCODE_AUTH_CONTENT: '{"env":{"type":"api","key":"x"}}',
      NODE_OPTIONS: '',
    };
    const args = [
      'stress',
      '--scenario',
      'all-clients-set',
      '--target',
      'hardened',
      '--duration',
      '4s',
      '--no-controls',
    ];
    const { exitCode } = await holdfast(args, { env });
    expect(exitCode).toBe(0);
    const after = statSync(file, { bigint: true });
    expect([after.ino, after.mtimeNs, after.ctimeNs, after.size]).toEqual([
      before.ino,
      before.mtimeNs,
      before.ctimeNs,
      before.size,
    ]);
  });

  it('ends what a target has started and left behind', async () => {
    const cwd = newDirectory();
    const target = `
      import { spawn } from 'node:child_process';
      import { open as openForgetful } from ${JSON.stringify(fixture('in-memory.ts'))};
      export function open(file: string) {
        spawn('sleep', ['300'], { stdio: 'ignore' }).unref();
        return openForgetful(file);
      }`;
    writeFileSync(path.join(cwd, 'spawns.mts'), target);
    const run = await stress(path.join(cwd, 'spawns.mts'), 'two-terminals', '--duration', '3s');
    expect(run.report?.scenarios[0]?.counts.acknowledged).toBeGreaterThan(0);
    expect(processesIn(run.cwd)).toEqual([]);
  });

  it('refuses a directory that it did not make', async () => {
    const out = newDirectory();
    writeFileSync(path.join(out, 'auth.json'), '{}');
    const { exitCode, stderr } = await holdfast(['stress', '--no-controls', '--out', out]);
    expect(stderr).toContain('is not a directory of this tool: it holds auth.json');
    expect(exitCode).toBe(2);
    expect(readFileSync(path.join(out, 'auth.json'), 'utf8')).toBe('{}');
  });

  const signals = ['SIGINT', 'SIGTERM', 'SIGKILL'] as const;
  it.each(signals)('leaves no process behind when it is ended by %s', async (signal) => {
    const cwd = newDirectory();
    const args = ['stress', '--scenario', 'kill-9', '--no-controls', '--duration', '60s'];
    const run = execa(process.execPath, [command, ...args], { cwd, reject: false });
    while (processesIn(cwd).length < 8) await sleep(50);
    await sleep(1000);
    run.kill(signal);
    const { exitCode, stdout } = await run;
    if (signal !== 'SIGKILL') {
      expect(exitCode).toBe(130);
      expect(stdout).toContain('Interrupted');
    }
    await expectNobodyIn(cwd);
  });

  it('not even a client that is stopped at its commit when the coordinator is killed', async () => {
    const cwd = newDirectory();
    const args = ['stress', '--scenario', 'pause', '--no-controls', '--duration', '60s'];
    const run = execa(process.execPath, [command, ...args], { cwd, reject: false });
    while (!processesIn(cwd).some(isStopped)) await sleep(20);
    run.kill('SIGKILL');
    await run;
    await expectNobodyIn(cwd);
  });

  /** A killed coordinator can't wait for its clients: they find out by themselves. */
  async function expectNobodyIn(directory: string): Promise<void> {
    for (let waited = 0; processesIn(directory).length > 0 && waited < 100; waited++) await sleep(100);
    expect(processesIn(directory)).toEqual([]);
  }
});

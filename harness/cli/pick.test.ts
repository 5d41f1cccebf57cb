import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { newProject } from '../../src/documents/snippets.test.helper.js';
import { long } from '../../src/tiers.test.helper.js';
import type { PlanEntry } from '../index.js';
import { holdfast, holdfastWarm, newDirectory } from './command.test.helper.js';

async function planOf(args: readonly string[], cwd = newDirectory()): Promise<PlanEntry[]> {
  const { exitCode, stdout, stderr } = await holdfastWarm(['stress', '--list', '--json', ...args], { cwd });
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(existsSync(path.join(cwd, 'reports'))).toBe(false);
  return JSON.parse(stdout) as PlanEntry[];
}

describe('the plan of a run', () => {
  it('the plan is listed with its times, and nothing is run', async () => {
    const plan = await planOf([]);
    expect(plan.filter(({ isControl }) => isControl)).toHaveLength(3);
    expect(plan.find(({ scenario, isControl }) => scenario === 'kill-9' && !isControl)).toMatchObject({
      target: 'hardened',
      faults: ['kill'],
    });
    const { stdout } = await holdfastWarm(['stress', '--list', '--no-controls']);
    expect(stdout).toMatch(/^\| scenario .*\n\|-+.*\n\| all-clients-set +\| hardened +\| +\d/);
  });

  it('--grep picks scenarios by name, title, faults and tags, and a capital in the pattern means that case matters', async () => {
    const names = async (...args: string[]) =>
      (await planOf(['--no-controls', ...args])).map(({ scenario }) => scenario);
    expect(await names('--grep', 'kill-')).toEqual(expect.arrayContaining(['kill-9', 'token-kill-9']));
    const cwd = newDirectory();
    const scenario = (name: string, tag: string) =>
      `export default { name: '${name}', title: 't', why: 'w', clients: { tui: 2 }, atLeast: {}, tags: ['${tag}'] };`;
    writeFileSync(path.join(cwd, 'a.mjs'), scenario('a', 'slow'));
    writeFileSync(path.join(cwd, 'b.mjs'), scenario('b', 'quick'));
    const picked = await planOf(['--no-controls', '--scenario', './a.mjs,./b.mjs', '--grep', '@slow'], cwd);
    expect(picked.map(({ scenario: name }) => name)).toEqual(['a']);
  });

  it('a pattern that matches nothing has the exit code of that, and one that is none is bad usage', async () => {
    for (const pattern of ['zzz', 'KILL-9'])
      expect(await holdfastWarm(['stress', '--list', '--grep', pattern])).toMatchObject({ exitCode: 4 });
    const unfit = await holdfastWarm(['stress', '--list', '--grep', 'cluster-bursts']);
    expect(unfit).toMatchObject({
      exitCode: 4,
      stderr: expect.stringContaining('cluster-bursts: "hardened" is'),
    });
    expect(await holdfastWarm(['stress', '--list', '--grep', '('])).toMatchObject({ exitCode: 2 });
  });
});

describe('runs that follow each other', () => {
  // That they end with the first that fails is in stress.test.ts.
  it('--repeat-until-failure draws a new seed for each round', long, async () => {
    const green = await holdfast([
      'stress',
      '--scenario',
      'two-terminals',
      '--no-controls',
      ...['--clients', 'tui=2', '--duration', '2s', '--operations', '40'],
      ...['--repeat-until-failure', '2'],
    ]);
    expect(green.exitCode).toBe(0);
    const seeds = [...green.stderr.matchAll(/^round (\d): valid, seed (\d+)$/gm)];
    expect(seeds.map(([, round]) => round)).toEqual(['1', '2']);
    expect(new Set(seeds.map(([, , seed]) => seed)).size).toBe(2);
  });

  // Its short twin is the first one of those below.
  it('--last-failed runs what failed in the last run, on the target on which it did', long, async () => {
    const cwd = newDirectory();
    const run = ['--scenario', 'two-terminals', '--target', 'naive,hardened', '--no-controls'];
    const args = [...run, '--clients', 'tui=2'];
    const short = ['--duration', '4s', '--operations', '45', '--seed', '1'];
    const { exitCode } = await holdfastWarm(['stress', ...args, ...short], { cwd });
    expect(exitCode).toBe(1);
    const { stdout } = await holdfastWarm(['stress', '--last-failed', '--list', '--json', '--no-controls'], {
      cwd,
    });
    const plan = JSON.parse(stdout) as PlanEntry[];
    expect(plan.map(({ scenario, target }) => `${scenario} ${target}`)).toEqual(['two-terminals naive']);
  });
});

describe('what failed in the last run', () => {
  const listAfter = (scenarios: readonly object[], ...more: string[]) => {
    const cwd = newDirectory();
    mkdirSync(path.join(cwd, 'reports/latest'), { recursive: true });
    writeFileSync(path.join(cwd, 'mine.mjs'), 'export function open() {}');
    writeFileSync(path.join(cwd, 'reports/latest/report.json'), JSON.stringify({ scenarios }));
    return holdfastWarm(['stress', '--last-failed', '--list', '--json', '--no-controls', ...more], { cwd });
  };
  const failed = { scenario: 'two-terminals', result: 'invalid' };
  const namesIn = (plan: string) =>
    (JSON.parse(plan) as PlanEntry[]).map(({ scenario, target }) => `${scenario} ${target}`);

  it('what failed is run again on the target on which it did, and nothing is where there was no run', async () => {
    const passed = { ...failed, target: 'hardened', result: 'valid' };
    const { stdout } = await listAfter([{ ...failed, target: 'naive' }, passed]);
    expect(namesIn(stdout)).toEqual(['two-terminals naive']);
    expect(await holdfastWarm(['stress', '--last-failed', '--list'])).toMatchObject({ exitCode: 4 });
  });

  it('a program can only be run again with its command, and the message says so', async () => {
    const program = { ...failed, target: 'sh 5.2', program: {} };
    const { exitCode, stderr } = await listAfter([program]);
    expect([exitCode, stderr]).toEqual([4, expect.stringContaining('sh 5.2; give the same --command')]);
    const given = await listAfter([program], '--command', 'sh -c : {file} {key} {value}', '--format', 'json');
    expect(given.exitCode).toBe(0);
  });

  it('a scenario about tokens is run again on the module of which it was asked before', async () => {
    const { stdout } = await listAfter([{ ...failed, scenario: 'token-revocation', target: './mine.mjs' }]);
    expect(JSON.parse(stdout)).toMatchObject([{ scenario: 'token-revocation', target: './mine.mjs' }]);
  });
});

describe('the configuration of a project', () => {
  const configured = (text: string) => {
    const cwd = newDirectory();
    writeFileSync(path.join(cwd, 'holdfast.config.mjs'), text);
    return cwd;
  };

  it('what it says is the default, and the command line goes first', async () => {
    const cwd = configured(
      "export default { targets: ['naive'], scenarios: ['pause', 'kill-9'], duration: '31s', controls: false };",
    );
    const plan = await planOf([], cwd);
    expect(plan.map(({ scenario, target }) => [scenario, target])).toEqual([
      ['pause', 'naive'],
      ['kill-9', 'naive'],
    ]);
    const other = await planOf(['--target', 'textbook', '--scenario', 'pause', '--duration', '6s'], cwd);
    expect(other).toMatchObject([{ scenario: 'pause', target: 'textbook', workMs: 3900 }]);
  });

  it('another configuration can be named, and one that is not there is no default', async () => {
    const cwd = configured("export default { targets: ['textbook'] };");
    writeFileSync(
      path.join(cwd, 'nightly.mjs'),
      "export default { targets: ['naive'], scenarios: ['pause'] };",
    );
    const plan = await planOf(['--no-controls', '--config', 'nightly.mjs'], cwd);
    expect(plan.map(({ scenario, target }) => [scenario, target])).toEqual([['pause', 'naive']]);
    const { exitCode, stderr } = await holdfastWarm(['stress', '--list', '--config', 'absent.mjs'], { cwd });
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('there is no configuration absent.mjs')]);
  });

  it.each([
    ["export default { targest: ['naive'] };", 'unknown property "targest" (did you mean "targets"?)'],
    ["export default { targets: 'naive' };", 'targets is not a list of names or paths'],
    ["export default { duration: '5 parsecs' };", 'Expected a number and a unit'],
    ["export default { reporters: ['pdf'] };", 'Expected one or more of list'],
    ['export const targets = [];', 'has no configuration'],
    ["throw new Error('mine');", "can't be loaded: Error: mine"],
  ])('a configuration that is wrong is refused by name: %s', async (text, said) => {
    const { exitCode, stderr } = await holdfastWarm(['stress', '--no-controls'], { cwd: configured(text) });
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(said)]);
  });
});

describe('the beginning of a project', () => {
  const expectOwn = (plan: unknown) =>
    expect(plan).toContainEqual(
      expect.objectContaining({ scenario: 'busy-and-killed', target: './holdfast/target.ts', tags: ['own'] }),
    );

  // Its short twins are the next test, and that of CommonJS in harness/targets/load-module.test.ts.
  it(
    'what init writes can be run as it is in a project that counts as CommonJS, as npm init makes one: the plan names its scenario',
    long,
    async () => {
      const cwd = newProject({});
      writeFileSync(path.join(cwd, 'package.json'), '{ "type": "commonjs" }');
      mkdirSync(path.join(cwd, 'node_modules'));
      symlinkSync(inject('installation'), path.join(cwd, 'node_modules', 'holdfast'));
      await holdfastWarm(['init'], { cwd });
      // In a process of its own: what was turned into CommonJS stays so for the modules of later commands.
      const { exitCode, stdout, stderr } = await holdfast(['stress', '--list', '--json', '--no-controls'], {
        cwd,
      });
      expect([exitCode, stderr]).toEqual([0, '']);
      expectOwn(JSON.parse(stdout));
    },
  );

  it('init keeps what is there', async () => {
    const cwd = newDirectory();
    writeFileSync(path.join(cwd, 'holdfast.config.ts'), 'mine');
    const first = await holdfastWarm(['init'], { cwd });
    expect(first.stdout).toContain('there already  holdfast.config.ts');
    expect(readFileSync(path.join(cwd, 'holdfast.config.ts'), 'utf8')).toBe('mine');
  });

  it('what init writes can be run as it is in a project of ES modules: the plan names its scenario', async () => {
    const fresh = newProject({});
    expect((await holdfastWarm(['init', '.'], { cwd: fresh })).exitCode).toBe(0);
    const plan = await holdfastWarm(['stress', '--list', '--json', '--no-controls'], { cwd: fresh });
    expectOwn(JSON.parse(plan.stdout));
  });

  it('the store that init wrote is red', long, async () => {
    const fresh = newProject({});
    await holdfastWarm(['init', '.'], { cwd: fresh });
    const run = await holdfast(['stress', '--no-controls', '--grep', '@own', '--duration', '4s'], {
      cwd: fresh,
    });
    // A client that is killed as it writes may leave an empty file, on which nothing more can be acknowledged, nor lost.
    expect([run.exitCode, run.stdout]).toEqual([1, expect.stringMatching(/lost update|torn read/)]);
  });
});

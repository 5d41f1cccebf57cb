import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, TestRunner } from 'vitest';
import { commandLines } from '../../../src/documents/snippets.test.helper.js';
import { eachInTiers, long } from '../../../src/tiers.test.helper.js';
import { holdfast, holdfastWarm, newDirectory, processesIn } from '../../cli/command.test.helper.js';
import { splitWords } from '../../programs/template.js';
import type { ExploreReport } from '../report/report.js';
import { compiled, isInstalled, programFixture, whyNot } from './syscall-gate.test.helper.js';

const has = {
  python: isInstalled('python3', '--version'),
  rust: isInstalled('rustc', '--version'),
  go: isInstalled('go', 'version'),
  flock: isInstalled('flock', '--version'),
  git: isInstalled('git', '--version'),
};

const exploringBy =
  (run: typeof holdfast | typeof holdfastWarm) =>
  async (template: string, ...more: string[]) => {
    const cwd = newDirectory();
    const args = ['explore', '--command', template, ...more, '--json'];
    const { exitCode, stdout, stderr } = await run(args, { cwd });
    const report = stdout === '' ? undefined : (JSON.parse(stdout) as ExploreReport);
    return { exitCode, stderr, cwd, exploration: report?.scenarios[0]?.exploration };
  };
const exploringForReal = exploringBy(holdfast);
/** To start a process of ours takes as long as many executions of a small program. */
const exploring = exploringBy(holdfastWarm);

const ofCommand = (command: string, name: string) => () =>
  `${command} ${programFixture(name)} {file} {key} {value}`;

describe.skipIf(whyNot !== undefined)(`a program that is explored${whyNot ? ` (${whyNot})` : ''}`, () => {
  /** Each with how it loses: by a rename, or by a write. */
  eachInTiers(
    [
      ['C', () => `${compiled('loses.c')} {file} {key} {value}`, 'dotenv', /^rename/],
      ['a shell', ofCommand('sh', 'loses.sh'), 'dotenv', /^rename/],
      ['JavaScript', ofCommand(process.execPath, 'loses.mjs'), 'json', /^rename/],
      ['Python', ofCommand('python3', 'loses.py'), 'json', /^rename/],
      ['Rust', () => `${compiled('loses.rs')} {file} {key} {value}`, 'dotenv', /^(open|write)/],
      ['Go', () => `${compiled('loses.go')} {file} {key} {value}`, 'dotenv', /^rename/],
    ] as [string, () => string, string, RegExp][],
    1,
  )(
    'in %s loses an update, which is named, and replayed call by call',
    async (language, template, format, decisive) => {
      const needs: Record<string, boolean> = { Python: has.python, Rust: has.rust, Go: has.go };
      const isMissing = needs[language] === false;
      if (isMissing) TestRunner.getCurrentTest()?.context.skip(`there is no ${language} here`);
      const { exitCode, stderr, cwd, exploration } = await exploringForReal(template(), '--format', format);
      expect([exitCode, stderr]).toEqual([1, '']);
      const [failure] = exploration?.failures ?? [];
      expect(failure).toMatchObject({
        kind: 'lost-update',
        replayed: { same: 2, of: 2 },
        program: 'set k0 | set k1',
      });
      expect(failure?.sentence).toMatch(
        / set "k\d" \(acknowledged at T\d+\) and it was gone by T\d+, when . set "k\d" from an older copy|acknowledged/,
      );
      expect(failure?.pair?.early.text).toMatch(/^(open entries\.\w+ to read|read entries)/);
      expect(failure?.pair?.late.text).toMatch(decisive);
      // In full, as a person would be shown it.
      const again = await holdfastWarm(['replay', failure?.id ?? ''], { cwd });
      expect([again.exitCode, again.stdout]).toEqual([1, expect.stringContaining('in 2 of 2 runs')]);
      const other = await holdfastWarm(['replay', failure?.id ?? '', '--target', 'naive'], { cwd });
      expect([other.exitCode, other.stderr]).toEqual([2, expect.stringContaining('leave --target out')]);
      expect(processesIn(cwd)).toEqual([]);
    },
  );

  const locking = (how: 'flock' | 'file') => `${compiled('locks.c')} {file} {key} {value} ${how}`;

  /** The second asks for the lock at each moment at which the first has it. */
  const expectLocked = ({ exitCode, exploration }: Awaited<ReturnType<typeof exploring>>) => {
    expect(exploration).toMatchObject({ result: 'valid', exhausted: true, preemptions: 1, failures: [] });
    expect(exploration?.executions).toBeGreaterThan(10);
    expect(exitCode).toBe(0);
  };

  it('loses nothing under flock in any schedule with one preemption', async () => {
    expectLocked(await exploring(locking('flock'), '--format', 'dotenv', '--preemptions', '1'));
  });

  it.skipIf(!has.flock)(
    'loses nothing under flock in any schedule with one preemption, where a shell takes it',
    long,
    async () => {
      const template = ofCommand('sh', 'locks.sh')();
      expectLocked(await exploring(template, '--format', 'dotenv', '--preemptions', '1'));
    },
  );

  it.skipIf(!has.python)(
    'loses nothing under a POSIX lock in any schedule with one preemption',
    long,
    async () => {
      const { exploration } = await exploring(
        ofCommand('python3', 'locks.py')(),
        '--format',
        'json',
        '--preemptions',
        '1',
      );
      expect(exploration).toMatchObject({ result: 'valid', exhausted: true, failures: [] });
    },
  );

  it.skipIf(!has.go)('loses nothing under a lock that a Go program takes before it reads', long, async () => {
    const { exitCode, exploration } = await exploring(
      `${compiled('locks.go')} {file} {key} {value}`,
      '--format',
      'dotenv',
      '--preemptions',
      '1',
    );
    expect(exploration).toMatchObject({ result: 'valid', exhausted: true, failures: [] });
    expect(exitCode).toBe(0);
  });

  /** As it stands in docs/explore.md. */
  const ofDocument = (end: RegExp) => {
    const line = commandLines.find((one) => one.includes('explore -- --command') && end.test(one)) ?? '';
    const [template = '', ...more] = splitWords(line.replace(/.*--command /, ''));
    return [template, ...more] as const;
  };

  it.skipIf(!has.git)(
    // Its short twin is flock.
    'loses nothing in any schedule with one preemption, where it is git config',
    long,
    async () => {
      const { exploration } = await exploring(...ofDocument(/ini$/), '--preemptions', '1');
      expect(exploration).toMatchObject({ result: 'valid', exhausted: true, failures: [] });
      expect(exploration?.outcomes).toBeGreaterThan(1);
    },
  );

  const expectLeftover = (
    { exitCode, exploration }: Awaited<ReturnType<typeof exploring>>,
    words: RegExp,
  ) => {
    const [failure] = exploration?.failures ?? [];
    expect(failure).toMatchObject({ kind: 'leftover', schedule: expect.stringMatching(/ k0$/) });
    expect(failure?.sentence).toMatch(words);
    expect(exitCode).toBe(1);
  };

  it('leaves a lock that stops every later one, where it is killed', async () => {
    // Alone: the later one is the audit. That of git has two writers.
    const alone = ['--clients', 'set k0', '--one-writer', '--preemptions', '0', '--crash'];
    const found = await exploring(locking('file'), '--format', 'dotenv', ...alone);
    const words = /entries\.env\.lock was left behind, and it stops others: set "audit" .*: could not lock/;
    expectLeftover(found, words);
  });

  it.skipIf(!has.git)(
    'leaves a lock that stops every later one, where it is git config and killed',
    long,
    async () => {
      const words =
        /entries\.ini\.lock was left behind, and it stops others: set "audit" of a fresh process failed \(exit code 255: .*could not lock/;
      expectLeftover(await exploring(...ofDocument(/--crash$/), '--preemptions', '0'), words);
    },
  );

  it('is refused where it does not do what its specification says, and the message says what was expected', async () => {
    const nothing = await exploring('sh -c : {file} {key} {value}', '--format', 'dotenv');
    expect([nothing.exitCode, nothing.stderr]).toEqual([
      2,
      expect.stringMatching(
        /"sh" was acknowledged \(exit code 0\), and "anthropic" is not in ~\/data\/entries\.env as dotenv reads it: it is missing/,
      ),
    ]);
    const failing = await exploring('sh -c "echo no >&2; exit 3" {file} {key} {value}', '--format', 'dotenv');
    expect([failing.exitCode, failing.stderr]).toEqual([
      2,
      expect.stringMatching(/"sh" can't be explored: A ended with exit code 3, alone: no/),
    ]);
    const removing = await exploring(
      'sh -c : {file} {key} {value}',
      '--format',
      'dotenv',
      '--clients',
      'set a | remove a',
    );
    expect(removing.stderr).toMatch(/there is no command to remove a key; give --command-remove/);
    const paused = await exploring('sh -c : {file} {key} {value}', '--format', 'dotenv', '--steal');
    expect(paused.stderr).toMatch(
      /--steal needs a clock, .* and a program has its own; a program can be killed/,
    );
  });

  it('starts each execution with the same home, which is removed afterwards', async () => {
    const { cwd, exploration } = await exploring(
      ofCommand('sh', 'loses.sh')(),
      '--format',
      'dotenv',
      '--preemptions',
      '0',
    );
    expect(exploration).toMatchObject({ result: 'valid', exhausted: true });
    const kept = readFileSync(path.join(cwd, 'reports', 'explore', 'report.json'), 'utf8');
    expect([kept.includes('holdfast-explore-'), statSync(cwd).isDirectory()]).toEqual([false, true]);
  });
});

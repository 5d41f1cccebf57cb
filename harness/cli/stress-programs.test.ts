import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { long } from '../../src/tiers.test.helper.js';
import type { Report } from '../index.js';
import { findOnPath } from '../targets/program/find.js';
import { fixture, holdfast, holdfastWarm, newDirectory, processesIn } from './command.test.helper.js';
import { inPlace, program, shell } from './stress-programs.test.helper.js';

const git = [
  '--command',
  'git config --file {file} f.{key}.v {value}',
  '--format',
  'ini',
  '--failed-when',
  'could not lock',
];

/** Each call of a program starts a process, or two. */
const few = (clients: string) => ['--duration', '2s', '--clients', clients, '--operations', '20'];

// A race is a matter of chance: only one that stays unfound, run after run, says that the harness can't see it.
describe('a program that loses updates', { retry: 2 }, () => {
  it('a shell script that rewrites the file in place is reported with its line, its culprit and the command that runs it again', async () => {
    const { exitCode, stderr, run, cwd } = await program([...shell, ...few('tui=3')]);
    expect(stderr).toMatch(/^ {2}invalid {2}sh: \d+ acknowledged, \d+ lost.*empty \d+ time/m);
    expect(run?.counts.lost).toBeGreaterThan(0);
    expect(run?.counts.overlaps).toBeGreaterThan(20);
    expect(run?.violations.find(({ kind }) => kind === 'lost-update')?.sentence).toMatch(
      /set "tui-\d-provider-\d+"/,
    );
    expect(run?.reproduce).toContain(`--command 'sh ${inPlace} {file} {key} {value}' --format dotenv`);
    expect(exitCode).toBe(1);
    expect(processesIn(cwd)).toEqual([]);
  });

  it('npm is reported with its version, and judged by the lines of its file', long, async () => {
    const { stderr, run, exitCode } = await program(['--command', 'npm', '--duration', '10s']);
    expect(stderr).toMatch(/invalid {2}npm \d+\.\d+\.\d+: \d+ acknowledged, \d+ lost/);
    expect(run?.counts.lost).toBeGreaterThan(0);
    expect(run?.reproduce).toContain('--command npm --seed');
    expect(exitCode).toBe(1);
  });

  // The short twins of these are in harness/targets/program/store.test.ts.
  it('servers that share a file are started once and asked over HTTP', long, async () => {
    const server = fixture('programs/server.mjs');
    const starts = path.join(newDirectory(), 'starts');
    const { run, exitCode, cwd } = await program([
      ...[
        '--serve',
        `node ${server} {port} {file}`,
        '--ready',
        'listening',
        '--file',
        'auth.json',
        '--env',
        `STARTS=${starts}`,
      ],
      ...[
        '--set',
        'PUT /auth/{key} {"type":"api","key":"{value}"}',
        '--remove',
        'DELETE /auth/{key}',
        '--duration',
        '3s',
      ],
    ]);
    expect(run?.counts.lost).toBeGreaterThan(0);
    expect(exitCode).toBe(1);
    expect(processesIn(cwd)).toEqual([]);
    // Alone, for what is there before, the two of the run, and for a last look.
    expect(readFileSync(starts, 'utf8').trim().split('\n')).toHaveLength(5);
  });

  it('an undone removal is reported of a program that can only remove', long, async () => {
    const cwd = newDirectory();
    const seed = path.join(cwd, 'seed');
    writeFileSync(seed, '# a heading\n{key}={value}\n');
    const remove = [
      '--command-remove',
      `sh ${inPlace} {file} {key}`,
      '--seed-file',
      seed,
      '--format',
      'dotenv',
    ];
    const { run } = await program([...remove, '--duration', '2s']);
    expect((run?.counts.resurrected ?? 0) + (run?.counts.lost ?? 0)).toBeGreaterThan(0);
  });
});

describe('a program that locks before it reads', () => {
  it('git loses nothing, and its refusals are no losses', async () => {
    const { stderr, run, report } = await program([...git, ...few('tui=2')]);
    expect(run?.counts).toMatchObject({ lost: 0, resurrected: 0, seedsLost: 0, torn: 0 });
    expect(report?.result).not.toBe('invalid');
    expect(run?.target).toMatch(/^git \d+\.\d+/);
    expect(stderr).toMatch(/^ {2}(valid|unknown) {2,}git \d/m);
  });

  it('a run reports that the lock which a killed git left stops all others', long, async (context) => {
    if (!findOnPath('strace')) context.skip('strace is not to be had here');
    const { run, exitCode } = await program([
      ...git,
      '--scenario',
      'kill-9',
      '--slow',
      '100ms',
      '--duration',
      '10s',
    ]);
    expect(run?.counts).toMatchObject({ lost: 0, torn: 0, leftovers: 1 });
    expect(run?.checks.G6?.summary).toMatch(
      /entries\.ini\.lock was left behind, and it stops others: set "audit-provider"/,
    );
    expect(exitCode).toBe(1);
  });

  // Its short twin is in harness/targets/program/store.test.ts.
  it('git loses nothing where its own list command is asked instead of its file', long, async () => {
    const { run, exitCode } = await program([
      ...['--command', 'git config --file {file} f.{key}.v {value}', '--failed-when', 'could not lock'],
      ...['--command-remove', 'git config --file {file} --unset f.{key}.v', '--failed', '5'],
      ...[
        '--command-list',
        'git config --file {file} --list',
        '--command-get',
        'git config --file {file} --get f.{key}.v',
      ],
      ...[
        '--format',
        'lines:^f\\.(?<key>[^.]+)\\.v=(?<value>.*)$',
        '--prepare',
        'git config --file {file} f.other.v 1',
      ],
      ...['--scenario', 'set-delete-churn', '--duration', '5s'],
    ]);
    expect(run?.evidence).toMatchObject({ of: 'store', why: 'its entries are what its own command prints' });
    expect(run?.counts).toMatchObject({ lost: 0, resurrected: 0, seedsLost: 0, torn: 0 });
    expect(run?.counts.reads).toBeGreaterThan(10);
    expect(exitCode).toBe(0);
  });

  it('a script of a few lines that locks loses nothing', long, async () => {
    const locked = `sh ${fixture('programs/locked.sh')} {file} {key}`;
    const { exitCode, run } = await program([
      '--command',
      `${locked} {value}`,
      '--command-remove',
      locked,
      '--format',
      'dotenv',
      '--duration',
      '8s',
    ]);
    expect(run?.counts).toMatchObject({ lost: 0, resurrected: 0, torn: 0 });
    expect(exitCode).toBe(0);
  });
});

// Its short twins are in harness/checkers/programs.test.ts and harness/programs/specification.test.ts.
it('the modes of the file are judged where the user asks for it', long, async () => {
  const text = 'sh "$DIR/in-place.sh" "$FILE" "$KEY" "$VALUE"';
  const cwd = newDirectory();
  writeFileSync(path.join(cwd, 'in-place.sh'), readFileSync(inPlace));
  const args = [
    'stress',
    '--no-controls',
    '--json',
    '--duration',
    '2s',
    '--command',
    text,
    '--shell',
    '--file',
    'x.env',
  ];
  const modesOf = async (...more: string[]) => {
    const { stdout } = await holdfast([...args, ...more], { cwd });
    const [run] = (JSON.parse(stdout) as Report).scenarios;
    return (run?.counts.looseModes ?? 0) > 0;
  };
  expect(await modesOf()).toBe(false);
  expect(await modesOf('--private')).toBe(true);
});

describe('a program under test', () => {
  it('gets a home of its own, PATH, LANG and nothing else; with --shell no value is pasted into the text', async () => {
    const cwd = newDirectory();
    const seen = path.join(cwd, 'seen');
    const text = `env > ${seen}; pwd >> ${seen}; echo "$KEY=$VALUE" >> "$FILE"`;
    const env = { NPM_TOKEN: 'made-up', OPENCODE_X: 'made-up' };
    const args = [
      '--command',
      text,
      '--shell',
      '--file',
      '.env',
      '--env',
      'MORE=a b',
      ...['--clients', 'tui=1', '--operations', '3', '--duration', '3s'],
    ];
    await program(args, env);
    const lines = readFileSync(seen, 'utf8').trim().split('\n');
    const names = lines.map((line) => line.split('=')[0] ?? '');
    const expected = /^(PATH|LANG|HOME|TMPDIR|XDG_\w+|MORE|FILE|KEY|VALUE|DIR|PWD|OLDPWD|SHLVL|_)$/;
    expect(names.slice(0, -1).filter((name) => !expected.test(name))).toEqual([]);
    expect(lines.at(-1)).toMatch(/work\/data\/home$/);
  });

  it('ends with the client that runs it, and so do its children', long, async () => {
    // The second leads a session of its own, and no signal to a group reaches it.
    const text = '(sleep 300; echo late) & setsid sleep 300 & echo "$KEY=$VALUE" >> "$FILE"; sleep 0.05';
    const { cwd } = await program([
      '--command',
      text,
      '--shell',
      '--file',
      '.env',
      '--scenario',
      'kill-9',
      '--duration',
      '3s',
    ]);
    expect(processesIn(cwd)).toEqual([]);
  });

  // Its short twin is in harness/targets/program/store.test.ts.
  it('is killed after its timeout, and its operation may have happened', long, async () => {
    const text = '[ -e "$HOME/slow" ] && sleep 300; : > "$HOME/slow"; echo "$KEY=$VALUE" >> "$FILE"';
    const { stderr, exitCode } = await program([
      '--command',
      text,
      '--shell',
      '--file',
      '.env',
      '--timeout',
      '1s',
    ]);
    expect(stderr).toMatch(/"\[" took 1 s alone; 1 s are the limit: --timeout 30s/);
    expect(exitCode).toBe(2);
  });
});

it('a specification in a file says the same as the options, and options change it', long, async () => {
  const cwd = newDirectory();
  mkdirSync(path.join(cwd, 'deep'));
  const specification = { command: 'sh ./in-place.sh {file} {key} {value}', format: 'dotenv', name: 'mine' };
  writeFileSync(path.join(cwd, 'deep', 'mine.json'), JSON.stringify(specification));
  writeFileSync(path.join(cwd, 'deep', 'in-place.sh'), readFileSync(inPlace));
  const args = ['stress', '--no-controls', '--json', '--duration', '2s', '--command', 'deep/mine.json'];
  const { stdout } = await holdfast(args, { cwd });
  const [run] = (JSON.parse(stdout) as Report).scenarios;
  expect(run?.counts.acknowledged).toBeGreaterThan(10);
  expect(run?.target).toBe('mine');
  const changed = await holdfast([...args, '--format', 'json'], { cwd });
  expect(changed.stderr).toContain("can't be read as json");
});

it('every specification that ships names the version with which it was tried', async () => {
  const { stdout } = await holdfastWarm(['list', 'programs', '--json']);
  const items = JSON.parse(stdout) as { name: string; title: string; why?: string }[];
  expect(items.length).toBeGreaterThan(10);
  for (const item of items)
    expect(item).toMatchObject({ title: expect.any(String), why: expect.stringMatching(/^tried: .*\d/) });
  expect(existsSync(inPlace)).toBe(true);
});

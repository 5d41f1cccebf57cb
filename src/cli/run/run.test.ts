import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { eachInTiers } from '../../tiers.test.helper.js';
import { patienceMs } from '../../waiting.test.helper.js';
import { newUser, type User } from '../auth/auth.test.helper.js';
import { command, newDirectory } from '../command.test.helper.js';
import { runWarm } from '../warm-command.test.helper.js';

/** A command of its own: for signals, and where it goes on. */
const start = (user: User, program: string[], flags = ['--guard']) =>
  execa(process.execPath, [command, 'run', ...flags, '--', ...program], {
    cwd: user.home,
    env: user.env,
    reject: false,
    timeout: patienceMs,
  });

/** The same in a process that has run other commands. */
const run = (user: User, program: string[], flags = ['--guard']) =>
  runWarm({ command, args: ['run', ...flags, '--', ...program], cwd: user.home, env: user.env, input: '' });

/** A program in one line, which has `fs` and the file. */
const script = (user: User, text: string) => [
  process.execPath,
  '-e',
  `const fs = require('fs'); const file = ${JSON.stringify(user.file)}; ${text}`,
];

describe('run', () => {
  it('guards the file as long as the command runs, and says so in one line', async () => {
    const user = newUser();
    user.writeFile({ a: { type: 'api', key: 'made-up' } });
    // It reads, and writes once what others have written meanwhile, and once from what it had read.
    const program = script(
      user,
      `const old = JSON.parse(fs.readFileSync(file));
      const write = (key) => fs.writeFileSync(file, JSON.stringify({ ...old, [key]: old.a }), { flag: 'r+' });
      write('other');
      const sees = (key) => fs.readFileSync(file + '.guard.jsonl', 'utf8').includes(key);
      const wait = (key, then) => (sees(key) ? then() : setTimeout(wait, 5, key, then));
      wait('"other"', () => { write('third'); wait('"third"', () => {}); });`,
    );
    const { exitCode, stdout, stderr } = await run(user, program);
    expect([exitCode, stdout]).toEqual([0, '']);
    expect(stderr).toMatch(/^holdfast: guarded .*: 2 writes, 1 from old copies or none; put back: other$/);
    expect(Object.keys(user.readFile()).toSorted()).toEqual(['a', 'other', 'third']);
  });

  it('guards JSON of several levels: an older copy keeps what others have set within an object', async () => {
    const user = newUser();
    user.writeFile({ auths: { a: 1 } });
    const program = script(
      user,
      `const write = (key) => fs.writeFileSync(file, JSON.stringify({ auths: { a: 1, [key]: 1 } }), { flag: 'r+' });
      write('other');
      const sees = (key) => fs.readFileSync(file + '.guard.jsonl', 'utf8').includes(key);
      const wait = (key, then) => (sees(key) ? then() : setTimeout(wait, 5, key, then));
      wait('other', () => { write('third'); wait('third', () => {}); });`,
    );
    const flags = ['--guard', '--file', user.file, '--format', 'json:2'];
    const { exitCode, stderr } = await run(user, program, flags);
    expect([exitCode, stderr]).toEqual([
      0,
      expect.stringMatching(/ 1 from old copies or none; put back: .*other/),
    ]);
    expect(user.readFile()).toEqual({ auths: { a: 1, other: 1, third: 1 } });
  });

  it('guards where no flag says otherwise', async () => {
    const user = newUser();
    user.writeFile({});
    const { exitCode, stderr } = await run(user, [process.execPath, '-e', ''], []);
    expect([exitCode, stderr]).toEqual([0, expect.stringMatching(/^holdfast: guarded .*$/)]);
  });

  it('does not run the command where the user insists on a helper, and there is none', async () => {
    const user = newUser({ PATH: newDirectory(), XDG_CACHE_HOME: newDirectory() });
    const { exitCode, stdout, stderr } = await run(user, [process.execPath, '-p', '1'], ['--isolate']);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^holdfast: not isolated: .*; without --isolate it is guarded$/);
    expect((await run(user, ['true'], ['--isolate', '--guard'])).exitCode).toBe(2);
    user.writeFile({});
    const guarded = await run(user, [process.execPath, '-p', '1'], ['--try-isolate']);
    expect([guarded.exitCode, guarded.stdout]).toEqual([0, '1']);
    expect(guarded.stderr).toMatch(/^holdfast: not isolated, but guarded: .*\nholdfast: guarded .*$/);
  });

  it.each([
    [
      ['--isolate', '--file', '/x', '--format', 'xml'],
      /expected json, json:LEVELS, yaml, toml, ini, lines or lines:END-OF-KEY, got "xml"/,
    ],
    [['--file', '/x', '--format', 'ini'], /only JSON is guarded/],
    [['--isolate', '--format', 'ini'], /the agent's own file is JSON/],
  ])('does not run the command where its file can have no such format: %j', async (flags, message) => {
    const { exitCode, stdout, stderr } = await run(newUser(), ['echo', '1'], flags);
    expect([exitCode, stdout, stderr]).toEqual([2, '', expect.stringMatching(message)]);
  });

  it.each([
    ['\xe9', /are no text in UTF-8/],
    ['a\0', /zeros among its 2 bytes/],
  ])('does not run the command where lines are no text, and says why: %j', async (content, why) => {
    const user = newUser();
    const file = path.join(user.home, 'config');
    writeFileSync(file, content, { encoding: 'latin1', mode: 0o600 });
    const flags = ['--isolate', '--file', file, '--format', 'ini'];
    const { exitCode, stdout, stderr } = await run(user, [process.execPath, '-p', '1'], flags);
    expect([exitCode, stdout, stderr]).toEqual([2, '', expect.stringMatching(why)]);
    expect(stderr).toMatch(/; the command was not run$/);
  });

  it('does not isolate a file whose name leaves no room for those beside it, and says so', async () => {
    const user = newUser();
    const flags = ['--isolate', '--file', path.join(user.home, 'x'.repeat(248))];
    const { exitCode, stderr } = await run(user, ['true'], flags);
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/^holdfast: not isolated: .* too long; /)]);
  });

  it('takes the options of the command as they are, also without --', async () => {
    const user = newUser();
    const args = ['run', '--guard', process.execPath, '-p', '"--file"', '--version'];
    const { stdout } = await runWarm({ command, args, cwd: user.home, env: user.env, input: '' });
    expect(stdout).toBe(process.version);
  });

  eachInTiers([42, 0, 1])('ends with the exit code of the command, %i', async (code) => {
    const user = newUser();
    expect((await run(user, ['sh', '-c', `exit ${code}`])).exitCode).toBe(code);
  });

  it('ends by the signal that ended the command', async () => {
    const user = newUser();
    expect((await start(user, ['sh', '-c', 'kill -KILL $$'])).signal).toBe('SIGKILL');
  });

  it('passes on a signal that does not end the command', async () => {
    const user = newUser();
    const program = ['sh', '-c', 'kill -PIPE $$'];
    expect((await run(user, program)).exitCode).toBe(128 + 13);
  });

  eachInTiers(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('passes %s on to the command', async (signal) => {
    const user = newUser();
    const text = `trap 'exit 7' ${signal.slice(3)}; : > ready; while kill -0 $PPID; do sleep 0.05; done`;
    const child = start(user, ['sh', '-c', text]);
    await expect.poll(() => existsSync(path.join(user.home, 'ready'))).toBe(true);
    child.kill(signal);
    expect((await child).exitCode).toBe(7);
  });

  it('passes on a signal that comes as soon as the command has started', async () => {
    const user = newUser();
    const text = "trap 'exit 7' TERM; kill -TERM $PPID; while kill -0 $PPID; do sleep 0.05; done";
    const ends = await Promise.all(Array.from({ length: 4 }, () => start(user, ['sh', '-c', text])));
    expect(ends.map(({ exitCode }) => exitCode)).toEqual([7, 7, 7, 7]);
  });

  it('says that the directory of the file is missing where the command did not make it', async () => {
    const user = newUser();
    rmSync(path.dirname(user.file), { recursive: true, force: true });
    expect((await run(user, ['true'])).stderr).toBe(
      `holdfast: did not guard ${user.file}: its directory is missing`,
    );
  });

  it('names what keeps the file from being guarded', async () => {
    const user = newUser();
    mkdirSync(user.file, { recursive: true });
    expect((await run(user, ['true'])).stderr).toMatch(
      /^holdfast: did not guard .*: it is a directory, not a file$/,
    );
  });

  it('names what is wrong with a command that can’t be run', async () => {
    const user = newUser();
    const missing = await run(user, ['no-such-command']);
    expect([missing.exitCode, missing.stderr]).toEqual([127, expect.stringContaining('no such command')]);
    const text = path.join(user.home, 'text');
    writeFileSync(text, 'no program');
    expect((await run(user, [text])).exitCode).toBe(126);
  });

  eachInTiers(
    [
      ['below a file', (user: User) => path.join(user.file, 'x'), 127],
      ['behind a link to itself', (user: User) => path.join(user.home, 'loop'), 126],
      ['without a name', () => '', 127],
    ] as [string, (user: User) => string, number][],
    2,
  )('fails, and removes its ticket, where the command can not be started: %s', async (_, name, code) => {
    const user = newUser();
    user.writeFile({});
    symlinkSync('loop', path.join(user.home, 'loop'));
    const { exitCode, stderr } = await run(user, [name(user)]);
    expect([exitCode, stderr]).toEqual([code, expect.stringContaining('holdfast: guarded ')]);
    expect(existsSync(`${user.file}.guard`)).toBe(false);
  });

  it('shares one guard with other runs', async () => {
    const user = newUser();
    user.writeFile({});
    const started = path.join(user.home, 'started');
    const wait = script(
      user,
      `process.stdin.on('end', () => {}).resume(); fs.writeFileSync('${started}', '');`,
    );
    const first = start(user, wait);
    // Before the command runs, a signal that ends it ends the guard as well.
    await expect.poll(() => existsSync(started)).toBe(true);
    const second = await run(user, ['true']);
    expect(second.stderr).toBe(`holdfast: did not guard ${user.file}: another process guarded it`);
    first.kill('SIGTERM');
    expect((await first).stderr).toMatch(/^holdfast: guarded /);
  });

  it('leaves the terminal’s input and output to the command', async () => {
    const user = newUser();
    const args = ['run', '--guard', '--', 'cat'];
    const { stdout } = await runWarm({ command, args, cwd: user.home, env: user.env, input: 'through' });
    expect(stdout).toBe('through');
  });
});

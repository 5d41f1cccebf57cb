import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { afterEach, describe, expect, it } from 'vitest';
import { patienceMs } from '../../waiting.test.helper.js';
import { command } from '../command.test.helper.js';
import { canary, expectNoSecretIn, newUser, type User } from './auth.test.helper.js';

const started = new Set<{ kill: (signal: 'SIGKILL') => boolean }>();
afterEach(() => {
  for (const child of started) child.kill('SIGKILL');
  started.clear();
});

const entry = (name: string) => ({ type: 'api', key: `${canary}-${name}` });
const entries = (...names: string[]) => Object.fromEntries(names.map((name) => [name, entry(name)]));

/** Starts `holdfast auth guard`, and returns once it is on guard. */
async function startGuard(user: User, flags: string[] = []) {
  const child = execa(process.execPath, [command, 'auth', 'guard', ...flags], {
    env: user.env,
    reject: false,
    timeout: patienceMs,
  });
  started.add(child);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const line = async () => (await lines.next()).value as string;
  const first = await line();
  return {
    first,
    line,
    end: async () => {
      child.kill('SIGINT');
      return child;
    },
  };
}

/** As the agent writes: into the same file. */
const write = (user: User, ...names: string[]) =>
  writeFileSync(user.file, JSON.stringify(entries(...names)), { flag: 'r+' });

describe('auth guard', () => {
  it('prints what it repairs as it happens, and one line at its end; names, never values', async () => {
    const user = newUser();
    user.writeFile(entries('a'));
    const guard = await startGuard(user);
    expect(guard.first).toMatch(/^\d\d:\d\d:\d\d on guard$/);
    write(user, 'a', 'mine');
    expect(await guard.line()).toMatch(/ another program wrote mine$/);
    write(user, 'a', 'theirs');
    expect(await guard.line()).toMatch(
      / put back mine: another program wrote theirs from a copy \d\.\d s old$/,
    );
    await expect.poll(() => Object.keys(user.readFile()).toSorted()).toEqual(['a', 'mine', 'theirs']);
    expect(await guard.line()).toMatch(/ repaired after \d+ ms$/);
    const doctor = await user.auth(['doctor']);
    expect(doctor.stdout).toMatch(/^ok +guard: process \d+ on \S+ \(.*\) guards the file$/m);
    const { exitCode, stdout, stderr } = await guard.end();
    expect(exitCode).toBe(130);
    expect(stderr).toMatch(
      /guarded .*auth\.json for \d+ s: 2 writes, 1 from old copies or none; put back: mine$/,
    );
    expectNoSecretIn({ exitCode, stdout: String(stdout), stderr: String(stderr) });
    const log = `${user.file}.guard.jsonl`;
    expect(statSync(log).mode & 0o777).toBe(0o600);
    expect(readFileSync(log, 'utf8')).toContain('"putBack":["mine"]');
    expect(readFileSync(log, 'utf8')).not.toContain(canary);
    expect((await user.auth(['doctor'])).stdout).not.toContain('guards the file');
  });

  it('prints one object a line with --json, and with --dry-run changes nothing', async () => {
    const user = newUser();
    user.writeFile(entries('a'));
    const guard = await startGuard(user, ['--json', '--dry-run']);
    expect(JSON.parse(guard.first)).toMatchObject({ type: 'on guard' });
    write(user, 'a', 'mine');
    expect(JSON.parse(await guard.line())).toMatchObject({ type: 'write', kind: 'fresh', set: ['mine'] });
    write(user, 'a', 'theirs');
    expect(JSON.parse(await guard.line())).toMatchObject({
      kind: 'stale',
      set: ['theirs'],
      putBack: ['mine'],
    });
    await guard.end();
    expect(Object.keys(user.readFile())).toEqual(['a', 'theirs']);
  });

  it('ends where the directory is unsafe', async () => {
    const user = newUser();
    user.writeFile(entries('a'));
    chmodSync(path.dirname(user.file), 0o777);
    const { exitCode, stderr } = await user.auth(['guard']);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining(path.dirname(user.file))]);
  });

  it('repeats no name that looks like a secret', async () => {
    const user = newUser();
    user.writeFile(entries('a'));
    const secret = 'sk-ant-api03-made-up-and-long-enough-0123456789';
    const guard = await startGuard(user, ['--json']);
    write(user, 'a', secret);
    expect(JSON.parse(await guard.line())).toMatchObject({ set: ['(a name like a secret)'] });
    await guard.end();
    expect(readFileSync(`${user.file}.guard.jsonl`, 'utf8')).not.toContain(secret);
    await user.auth(['set', 'c'], `${canary}-c`);
    write(user, 'x');
    const { stdout, stderr } = await user.auth(['guard', '--once', '--dry-run', '--json']);
    expect(stdout).toContain('(a name like a secret)');
    expect(stdout + stderr).not.toContain(secret);
    expect((await user.auth(['guard', '--once'])).stderr).not.toContain(secret);
  });

  it('refuses a damaged file that nothing can restore, with --once --dry-run as with --once', async () => {
    const user = newUser();
    user.writeFile({});
    writeFileSync(user.file, '{"half');
    const dry = await user.auth(['guard', '--once', '--dry-run']);
    expect([dry.exitCode, dry.stderr]).toEqual([1, expect.stringContaining("can't be used")]);
    expect((await user.auth(['guard', '--once'])).exitCode).toBe(1);
  });

  it('repairs once with --once, and says so before with --dry-run', async () => {
    const user = newUser();
    user.writeFile(entries('a', 'b'));
    await user.auth(['set', 'c'], `${canary}-c`);
    writeFileSync(user.file, JSON.stringify(entries('x')), { flag: 'r+' });
    const damaged = readFileSync(user.file, 'utf8');
    writeFileSync(user.file, damaged.slice(0, damaged.indexOf('}}') + 2));
    const dry = await user.auth(['guard', '--once', '--dry-run']);
    expect(dry.stderr).toBe('would put back: a, b, c');
    expect(Object.keys(user.readFile())).toEqual(['x']);
    const { exitCode, stderr } = await user.auth(['guard', '--once']);
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('put back: a, b, c')]);
    expect(Object.keys(user.readFile()).toSorted()).toEqual(['a', 'b', 'c', 'x']);
    expect((await user.auth(['guard', '--once'])).stderr).toBe(`nothing to repair in ${user.file}`);
  });
});

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { afterEach, describe, expect, it } from 'vitest';
import { built, lacks } from '../../store/system.test.helper.js';
import { command } from '../command.test.helper.js';
import { canary, expectNoSecretIn, newUser, sample, type User } from './auth.test.helper.js';
import type { Finding } from './findings.js';

/**
 * Every file below a directory with all that a change would change. What a write needs was tried beside the file, which is
 * seen by the times of the directory, and of the last change of the file's links.
 */
function snapshot(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((name) => {
    const place = path.join(directory, name);
    const stats = lstatSync(place);
    const { mode, ino, nlink, mtimeMs, size } = stats;
    const rest = stats.isFile() ? [mtimeMs, readFileSync(place, 'base64')] : [];
    return [name, mode, ino, nlink, size, ...rest].join(' ');
  });
}

/** Asks the doctor, in both forms, and holds that it has changed nothing and has printed no secret. */
async function examine(user: User, file = user.file) {
  const before = snapshot(user.home);
  const text = await user.auth(['doctor', '--file', file]);
  const json = await user.auth(['doctor', '--file', file, '--json']);
  expect(snapshot(user.home)).toEqual(before);
  expectNoSecretIn(text);
  expectNoSecretIn(json);
  expect(json.exitCode).toBe(text.exitCode);
  const { findings, result, ...seen } = JSON.parse(json.stdout);
  const notable = (findings as Finding[]).filter(({ severity }) => severity !== 'ok');
  return {
    exitCode: text.exitCode,
    text: text.stdout,
    result,
    seen,
    notable: notable.map(({ severity, subject }) => `${severity}: ${subject}`),
    says: notable.map(({ says }) => says).join('\n'),
    everything: notable.every(({ todo }) => todo),
  };
}

async function healthyUser(): Promise<User> {
  const user = newUser();
  user.writeFile(sample);
  await user.auth(['set', 'more'], `${canary}-of-the-copy-too`);
  return user;
}

const holders = new Set<ReturnType<typeof spawn>>();
afterEach(() => {
  for (const holder of holders) holder.kill('SIGKILL');
  holders.clear();
});

/** A process that holds the lease, and does nothing else. */
async function holdLease(user: User) {
  const program = `
    const { createIntent, createTicket } = await import(${JSON.stringify(built('file/queue/intents'))});
    const { Sites } = await import(${JSON.stringify(built('file/disk/site'))});
    const site = new Sites(${JSON.stringify(user.file)}).make();
    createIntent(site); createTicket(site, 'ticket', 7, '');
    createIntent(site, 'standing');
    console.log('held'); setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  holders.add(holder);
  await once(holder.stdout, 'data');
  return holder;
}

describe('the doctor', () => {
  it('the doctor finds nothing wrong with a file that Holdfast has written', async () => {
    const found = await examine(await healthyUser());
    expect(found).toMatchObject({ exitCode: 0, result: 'ok', notable: [] });
    expect(found.text).toContain('valid, 8 entries');
    expect(found.text).toContain('the same as the file');
    expect(found.text).toMatch(/healthy$/);
  });

  it('the doctor finds nothing wrong where nothing is stored yet, and creates nothing', async () => {
    expect(await examine(newUser())).toMatchObject({ exitCode: 0, result: 'ok', notable: [] });
  });

  it('the doctor warns that a file is gone whose copy is there', async () => {
    const user = await healthyUser();
    renameSync(user.file, path.join(user.home, 'elsewhere'));
    const found = await examine(user);
    expect(found).toMatchObject({ exitCode: 0, notable: ['warn: file'] });
  });

  it.each(['last', undefined])(
    'the doctor says why a file is corrupt and what will become of it (copy: %s)',
    async (copy) => {
      const user = copy ? await healthyUser() : newUser();
      user.writeFile(`{"a": "${canary}`);
      const found = await examine(user);
      expect(found).toMatchObject({ exitCode: 1, notable: ['problem: file'], everything: true });
      expect(found.says).toContain('13 bytes are not one JSON object');
      expect(found.text).toContain(copy ? 'puts 8 entries back' : 'Rename it to');
    },
  );

  it.skipIf(lacks('root', 'setpriv'))('the doctor says that this user may not read the file', async () => {
    const user = newUser();
    user.writeFile(sample);
    for (const place of [user.home, path.dirname(user.file)]) chmodSync(place, 0o755);
    const nobody = { env: user.env, uid: 65534, gid: 65534, reject: false } as const;
    const run = (name: string) => execa(process.execPath, [command, 'auth', name], { ...nobody, cwd: '/' });
    const { exitCode, stdout } = await run('doctor');
    expect(exitCode).toBe(1);
    expect(stdout).toContain("can't be read: EACCES");
    expect(stdout).toContain('belongs to user 0, and you are 65534');
    expect(await run('list')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/^holdfast: .*EACCES\. .*who owns the file/),
    });
  });

  it('the doctor knows the empty directory that a container makes, and advises rmdir only for it', async () => {
    const user = newUser();
    mkdirSync(user.file, { recursive: true, mode: 0o700 });
    const found = await examine(user);
    expect(found).toMatchObject({ exitCode: 1, notable: ['problem: file'] });
    expect(found.text).toContain(`it is an empty directory, not a file`);
    expect(found.text).toContain(`rmdir ${user.file}`);
    writeFileSync(path.join(user.file, 'mine'), '');
    expect((await examine(user)).text).not.toContain('rmdir');
  });

  it("the doctor warns of a credential that the agent can't use, and names the wrong field", async () => {
    const user = newUser();
    user.writeFile({ a: { type: 'oauth', access: canary, refresh: canary, expires: canary }, b: { n: 1 } });
    const found = await examine(user);
    expect(found).toMatchObject({ exitCode: 0, notable: ['warn: entry'], everything: true });
    expect(found.says).toContain('a is not a credential: its field "expires" must be a finite number');
  });

  it('the doctor advises no rename onto a damaged copy that was kept before', async () => {
    const user = newUser();
    user.writeFile('');
    expect((await examine(user)).text).toContain('It holds nothing: remove it');
    user.writeFile(`{"a": {"type": "api", "key": "${canary}"}, "b": "${canary}`);
    writeFileSync(`${user.file}.corrupt-1`, `{"z": ${canary}`, { mode: 0o600 });
    const { text } = await examine(user);
    expect(text).toContain(
      'auth.json.corrupt-2; then holdfast auth restore --from corrupt-2 puts back 1 entry',
    );
    expect(text).toMatch(/corrupt-1, 12 bytes, .*, 0 entries, 11 bytes can't be read/);
    expect(text).toContain('look at the rest yourself before you throw it away');
    expect(text).not.toContain('remove it');
  });

  it.skipIf(lacks('root', 'setpriv'))(
    'the doctor says that a home is not writable where nothing is there yet',
    async () => {
      const user = newUser();
      chmodSync(user.home, 0o555);
      const nobody = { env: user.env, uid: 65534, gid: 65534, reject: false, cwd: '/' } as const;
      const { exitCode, stdout } = await execa(process.execPath, [command, 'auth', 'doctor'], nobody);
      expect(exitCode).toBe(1);
      expect(stdout).toContain(
        `could not make ${path.dirname(user.file)}: ${user.home} can't be written (EACCES)`,
      );
    },
  );

  it('the doctor does not open what is not a file', async () => {
    const user = newUser();
    mkdirSync(path.dirname(user.file), { mode: 0o700 });
    execFileSync('mkfifo', ['-m', '600', user.file]);
    const found = await examine(user);
    expect(found).toMatchObject({ exitCode: 1, notable: ['problem: file'] });
    expect(found.says).toContain('it is a pipe');
  });

  it('the doctor reports what is open to others: the file, its copy, its directory, the intents', async () => {
    const user = await healthyUser();
    for (const place of [user.file, `${user.file}.last`]) chmodSync(place, 0o644);
    chmodSync(`${user.file}.intents`, 0o755);
    chmodSync(path.dirname(user.file), 0o777);
    const found = await examine(user);
    const subjects = ['file', 'directory', 'last-committed copy', 'lease'];
    expect(found.notable).toEqual(subjects.map((subject) => `problem: ${subject}`));
    expect(found).toMatchObject({ exitCode: 1, everything: true });
  });

  it('the doctor names every symbolic link on the way, and a circle once', async () => {
    const user = await healthyUser();
    const [first, second] = [path.join(user.home, 'first'), path.join(user.home, 'second')];
    symlinkSync('second/auth.json', first);
    symlinkSync('opencode', second);
    const found = await examine(user, first);
    expect(found.seen.links).toEqual([
      { link: first, to: 'second/auth.json' },
      { link: second, to: 'opencode' },
    ]);
    expect(found.seen.file).toBe(user.file);
    symlinkSync('circle', path.join(user.home, 'circle'));
    const circle = await examine(user, path.join(user.home, 'circle'));
    expect(circle).toMatchObject({ exitCode: 1, notable: ['problem: file'] });
    expect(circle.seen.links).toHaveLength(1);
  });

  it('the doctor warns that a rename will break a hard link', async () => {
    const user = await healthyUser();
    linkSync(user.file, path.join(user.home, 'other'));
    const found = await examine(user);
    expect(found).toMatchObject({ exitCode: 0, notable: ['warn: file'] });
    expect(found.says).toContain('a rename will break the link');
  });

  it('the doctor reports foreign locks and damaged copies beside the file', async () => {
    const user = await healthyUser();
    mkdirSync(`${user.file}.lock`);
    writeFileSync(`${user.file}.corrupt-0123`, canary, { mode: 0o600 });
    const found = await examine(user);
    expect(found).toMatchObject({ exitCode: 0, notable: ['warn: quarantine', 'warn: foreign lock'] });
    expect(found.says).toContain('auth.json.corrupt-0123, 6 bytes');
  });

  it('the doctor reports a file in place of the intents, and a foreign name among them', async () => {
    const user = newUser();
    user.writeFile(sample);
    writeFileSync(`${user.file}.intents`, '', { mode: 0o600 });
    expect(await examine(user)).toMatchObject({ exitCode: 1, notable: ['problem: write', 'problem: lease'] });
    renameSync(`${user.file}.intents`, path.join(user.home, 'away'));
    mkdirSync(`${user.file}.intents/foreign`, { recursive: true, mode: 0o700 });
    expect(await examine(user)).toMatchObject({ exitCode: 0, notable: ['warn: lease'] });
  });
});

describe.skipIf(process.platform !== 'linux')("the lease in the doctor's report", () => {
  const ownersOf = (found: Awaited<ReturnType<typeof examine>>) =>
    found.seen.intents.participants.map(({ kind, owner, ticket }: { [field: string]: unknown }) => ({
      kind,
      ticket,
      ...(owner as object),
    }));

  it('the doctor says whether a process that holds or waits is alive, paused or dead', async () => {
    const user = await healthyUser();
    const holder = await holdLease(user);
    const alive = await examine(user);
    const who = { pid: holder.pid, state: 'alive', command: 'node' };
    expect(ownersOf(alive)).toMatchObject([
      { kind: 'holds', ...who },
      { kind: 'rests', ...who },
      { kind: 'waits', ...who, ticket: 1 },
    ]);
    expect(alive.text).toMatch(
      new RegExp(`held by process ${holder.pid} on \\S+ \\(node\\), alive, since \\d+ s`),
    );

    holder.kill('SIGSTOP');
    const paused = await examine(user);
    expect(ownersOf(paused)).toMatchObject([{ state: 'paused' }, { state: 'paused' }, { state: 'paused' }]);
    expect(paused.notable).toEqual(['warn: lease', 'warn: queue']);

    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const dead = await examine(user);
    expect(ownersOf(dead)).toMatchObject([{ state: 'dead' }, { state: 'dead' }, { state: 'dead' }]);
    expect(dead).toMatchObject({ exitCode: 0, notable: ['warn: lease', 'warn: lease', 'warn: queue'] });
  });

  it('the doctor does not know the state of a process of another machine', async () => {
    const user = await healthyUser();
    mkdirSync(`${user.file}.intents/i-0123456789abcdef-1-5-0123456789ab-elsewhere`, { mode: 0o700 });
    const found = await examine(user);
    expect(ownersOf(found)).toMatchObject([{ kind: 'holds', host: 'elsewhere', state: 'unknown' }]);
    expect(ownersOf(found)[0]).not.toHaveProperty('command');
    expect(found.text).toContain("can't be seen from here");
  });
});

import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { canary, expectNoSecretIn, expectOneLine, newUser, type User } from './auth.test.helper.js';

const api = (name: string) => ({ type: 'api', key: `${canary}-${name}-1234567890` });
const big = '{"type":"new","id":12345678901234567890,"x":1.50}';

/** Whatever lies in the user's directory holds no such text. */
function expectNowhere(user: User, text: string): void {
  for (const name of readdirSync(user.home, { recursive: true, encoding: 'utf8' })) {
    const place = path.join(user.home, name);
    if (statSync(place).isFile())
      expect({ name, text: readFileSync(place, 'utf8') }).not.toMatchObject({
        text: expect.stringContaining(text),
      });
  }
}

const kept = (user: User, name: string) => `${user.file}.corrupt-${name}`;
const keep = (user: User, name: string, text: string) =>
  writeFileSync(kept(user, name), text, { mode: 0o600 });
const namesBeside = (user: User) => readdirSync(path.dirname(user.file)).toSorted();

/** A file with the entry, its copy, and states of each kind beside it. */
async function userWithKept(): Promise<User> {
  const user = newUser();
  user.writeFile({ 'gone/': api('gone'), stays: api('stays') });
  await user.auth(['set', 'gone'], `${canary}-gone-newest`);
  keep(user, 'whole', JSON.stringify({ gone: api('gone'), a: api('a') }));
  keep(user, 'alone', JSON.stringify({ 'gone//': api('gone') }));
  keep(user, 'free', ` {"b":${big}}\n`);
  keep(
    user,
    'cut',
    `{"c": ${big}, "gone": ${JSON.stringify(api('gone'))}, "d": 1, "gone/": {"key": "${canary}-gone-`,
  );
  keep(user, 'torn', `{"key": "${canary}-gone-123`);
  keep(user, 'empty', '');
  return user;
}

describe('forget', () => {
  it('forget removes an entry from all kept files, loses no other, and reports what was dropped and kept', async () => {
    const user = await userWithKept();
    const changed = new Date('2026-01-02T03:04:05Z');
    utimesSync(kept(user, 'whole'), changed, changed);
    const result = await user.auth(['forget', 'gone/', '--json']);
    expect(result.exitCode).toBe(0);
    expectNoSecretIn(result);
    expectNowhere(user, `${canary}-gone`);
    expect(user.readFile()).toEqual({ stays: api('stays') });
    expect(JSON.parse(readFileSync(kept(user, 'whole'), 'utf8'))).toEqual({ a: api('a') });
    expect(readFileSync(kept(user, 'free'), 'utf8')).toBe(` {"b":${big}}\n`);
    expect(readFileSync(kept(user, 'cut'), 'utf8')).toBe(`{\n  "c": ${big},\n  "d": 1\n}`);
    expect(namesBeside(user)).toEqual([
      ...['auth.json', 'auth.json.corrupt-cut', 'auth.json.corrupt-empty', 'auth.json.corrupt-free'],
      ...['auth.json.corrupt-whole', 'auth.json.intents', 'auth.json.last'],
    ]);
    expect(statSync(kept(user, 'cut')).mode & 0o777).toBe(0o600);
    expect(statSync(kept(user, 'whole')).mtime).toEqual(changed);
    const told = JSON.parse(result.stdout);
    expect(told).toMatchObject({ fromFile: ['gone'], left: [] });
    expect(
      told.fromKept.toSorted((a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1)),
    ).toEqual([
      { name: 'auth.json.corrupt-alone', forgotten: ['gone//'], kept: [], droppedBytes: 0 },
      { name: 'auth.json.corrupt-cut', forgotten: ['gone'], kept: ['c', 'd'], droppedBytes: 30 },
      { name: 'auth.json.corrupt-torn', forgotten: [], kept: [], droppedBytes: 23 },
      { name: 'auth.json.corrupt-whole', forgotten: ['gone'], kept: ['a'], droppedBytes: 0 },
    ]);
    expect(result.stderr).toContain('auth.json.corrupt-cut: forgot gone; dropped 30 bytes');
    expect(result.stderr).toContain('auth.json.corrupt-torn: dropped 23 bytes');
  });

  it('forget finds an entry in a kept file, in a damaged end, and in the damaged file itself', async () => {
    const removed = newUser();
    removed.writeFile({});
    keep(removed, '1', `{"a": 1, "gone": {"key": "${canary}-gone`);
    execFileSync('rm', [removed.file]);
    expect((await removed.auth(['forget', 'gone'])).exitCode).toBe(0);
    expectNowhere(removed, canary);
    expect(JSON.parse(readFileSync(kept(removed, '1'), 'utf8'))).toEqual({ a: 1 });

    const damaged = newUser();
    await damaged.auth(['set', 'stays'], 'made-up');
    damaged.writeFile(`{"stays": 1, "gone": {"key": "${canary}-gone`);
    expect((await damaged.auth(['forget', 'gone'])).exitCode).toBe(0);
    expectNowhere(damaged, canary);
    expect(Object.keys(damaged.readFile())).toEqual(['stays']);
  });

  it('forget of an unknown entry drops nothing: exit code 4', async () => {
    const user = await userWithKept();
    const before = namesBeside(user)
      .filter((name) => name.includes('corrupt'))
      .map((name) => [name, readFileSync(path.join(path.dirname(user.file), name), 'utf8')]);
    const result = await user.auth(['forget', 'stay']);
    expect(result.exitCode).toBe(4);
    expect(result.stderr).toContain('did you mean "stays"?');
    expectOneLine(result);
    for (const [name = '', text] of before)
      expect(readFileSync(path.join(path.dirname(user.file), name), 'utf8')).toBe(text);
  });

  it('forget opens and follows nothing that is not a plain file', async () => {
    const user = newUser();
    user.writeFile({ gone: api('gone') });
    const elsewhere = path.join(user.home, 'elsewhere');
    writeFileSync(elsewhere, JSON.stringify({ gone: 1 }));
    symlinkSync(elsewhere, kept(user, 'link'));
    execFileSync('mkfifo', [kept(user, 'pipe')]);
    mkdirSync(kept(user, 'directory'));
    const { exitCode, stdout } = await user.auth(['forget', 'gone', '--json']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).left.toSorted()).toEqual(
      ['directory', 'link', 'pipe'].map((name) => `auth.json.corrupt-${name}`),
    );
    expect(readFileSync(elsewhere, 'utf8')).toBe('{"gone":1}');
  });
});

describe('forget --all', () => {
  it('forget --all removes the file and all that was kept of it', async () => {
    const user = await userWithKept();
    writeFileSync(path.join(path.dirname(user.file), 'mcp-auth.json'), '{}');
    const result = await user.auth(['forget', '--all', '--yes', '--json']);
    expect(result.exitCode).toBe(0);
    expect(namesBeside(user)).toEqual(['mcp-auth.json']);
    expect(JSON.parse(result.stdout).removed).toHaveLength(8);
    expect((await user.auth(['list'])).stdout).toBe('');
    expect((await user.auth(['forget', '--all', '--yes'])).stderr).toContain('nothing is stored');
  });

  it('forget --all also removes an unreadable file', async () => {
    const user = newUser();
    user.writeFile(`{"a": "${canary}`);
    expect((await user.auth(['forget', '--all', '--yes'])).exitCode).toBe(0);
    expectNowhere(user, canary);
  });

  it.each([
    [['--all'], 'stdin is not a terminal'],
    [[], 'either the name of a provider or --all'],
    [['stays', '--all', '--yes'], 'either the name of a provider or --all'],
  ])('forget removes nothing without a clear instruction: %j', async (args, words) => {
    const user = await userWithKept();
    const before = namesBeside(user);
    const result = await user.auth(['forget', ...args]);
    expect(result).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(words) });
    expectOneLine(result);
    expect(namesBeside(user)).toEqual(before);
  });
});

describe('remove, where an entry is left elsewhere', () => {
  it('remove names the kept files that still have the entry, and the command that removes it there', async () => {
    const user = await userWithKept();
    const result = await user.auth(['remove', 'gone', '--json']);
    const names = JSON.parse(result.stdout).alsoIn;
    expect(names.toSorted()).toEqual(['alone', 'cut', 'whole'].map((name) => `auth.json.corrupt-${name}`));
    expect(result.stderr).toContain(': holdfast auth forget gone removes it there, too');
    const again = await user.auth(['remove', 'gone', '--file', user.file]);
    expect(again.exitCode).toBe(4);
    expect(again.stderr).toContain(`holdfast auth forget gone --file ${user.file} removes it`);
    expectOneLine(again);
  });

  it('remove warns where only a damaged end of a kept file has the name', async () => {
    const user = newUser();
    user.writeFile({ gone: api('gone') });
    keep(user, '1', `{"gone": {"key": "${canary}`);
    expect((await user.auth(['remove', 'gone'])).stderr).toContain(
      'the entry may also be in auth.json.corrupt-1',
    );
  });

  it('remove says nothing of a kept file without the entry', async () => {
    const user = newUser();
    user.writeFile({ gone: api('gone') });
    keep(user, '1', '{"other": 1}');
    expect((await user.auth(['remove', 'gone'])).stderr).toBe(`removed gone from ${user.file}`);
  });
});

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { tokenPattern } from '../../../tokens/format.js';
import { openTokens } from '../../../tokens/tokens.js';
import { newDirectory } from '../../command.test.helper.js';
import { expectOneLine, newUser, type Result } from '../auth.test.helper.js';

const whole = new RegExp(`^${tokenPattern.source}$`);

/** A user with a configuration directory of its own, at a shell. */
function newTokenUser() {
  const configuration = newDirectory();
  const user = newUser({ XDG_CONFIG_HOME: configuration, OPENCODE_CONFIG_DIR: '' });
  const file = path.join(configuration, 'opencode', 'auth-tokens.json');
  return {
    file,
    auth: user.auth,
    tokens: openTokens({ file }),
    /** Runs `holdfast auth token ARGS` to its end. */
    run: (...args: string[]): Promise<Result> => user.auth(['token', ...args]),
  };
}

const secretOf = (token: string) => token.slice(13);
const rowsOf = ({ stdout }: Result) => stdout.split('\n').map((line) => line.split(/ {2,}/));

describe('create', () => {
  it('create prints the token alone on stdout, and everything else on stderr without the token', async () => {
    const { run, file, tokens } = newTokenUser();
    const result = await run('create', '--name', 'my laptop');
    expect(result.exitCode).toBe(0);
    expect(result.stdout).toMatch(whole);
    const info = tokens.verify(result.stdout);
    expect(info).toMatchObject({ name: 'my laptop', permissions: ['read', 'write', 'execute'] });
    expect(Number(info?.expiresAt) - Number(info?.createdAt)).toBe(90 * 86_400_000);
    expect(result.stderr).toContain(`created ${info?.id} (my laptop): read, write, execute; expires in `);
    expect(result.stderr).toContain(`in ${file}\nThe token is shown this once`);
    expect(result.stderr).not.toContain(secretOf(result.stdout));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).not.toContain(secretOf(result.stdout));
  });

  it('create takes permissions and an expiry, --quiet prints only the token, and --json prints all on stdout', async () => {
    const { run, tokens } = newTokenUser();
    const quiet = await run('create', '--permissions', 'write,read', '--expires', '12h', '--quiet');
    expect(quiet.stderr).toBe('');
    const info = tokens.verify(quiet.stdout);
    expect(info?.permissions).toEqual(['read', 'write']);
    expect(Number(info?.expiresAt) - Number(info?.createdAt)).toBe(12 * 3_600_000);
    const json = JSON.parse((await run('create', '--expires', 'never', '--json')).stdout);
    expect(tokens.verify(json.token)).toMatchObject({
      id: json.id,
      expiresAt: null,
      createdAt: json.createdAt,
    });
    const dated = JSON.parse((await run('create', '--expires', '2999-12-31', '--json')).stdout);
    expect(dated.expiresAt).toBe(Date.parse('2999-12-31T00:00:00Z'));
  });

  it.each<[string[], string]>([
    [
      ['--permissions', 'read,wirte'],
      'unknown permission "wirte" (did you mean "write"?); expected one or more of',
    ],
    [['--permissions', ''], 'no permission is given'],
    [['--expires', '90'], 'expected an expiry, got "90". Give a duration (30m, 12h, 90d, 4w, 1y)'],
    [['--expires', '2020-01-01'], 'the expiry is over already'],
    [['--expires', '2999-01-01T00:00:00'], 'expected an expiry with its zone'],
    [['--name', ''], 'a name must have 1 to 100 characters'],
    [['--file', ''], '--file is empty'],
  ])('create refuses %j in one line, and writes nothing', async (args, message) => {
    const { run, file } = newTokenUser();
    const result = await run('create', ...args);
    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
    expect(result.stderr).toContain(message);
    expectOneLine(result);
    expect(() => statSync(file)).toThrow('ENOENT');
  });
});

describe('list', () => {
  it("list shows all but the secret, also of tokens that have expired or that it can't read", async () => {
    const { run, file, tokens } = newTokenUser();
    const { token, info } = await tokens.create({ name: 'a\u202eb', permissions: ['read'], expiresAt: null });
    tokens.verify(token);
    await tokens.rotate(info.id, { graceMs: 0 });
    await tokens.close();
    const stored = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...stored, strange1: { version: 2 }, $schema: 'x' }));
    const result = await run('list');
    const ago = expect.stringMatching(/ ago$/);
    expect(rowsOf(result)).toEqual([
      ['id', 'name', 'permissions', 'created', 'expires', 'last used'],
      [info.id, 'a\\u202eb', 'read', ago, expect.stringMatching(/^expired \d+ s ago$/), ago],
      [expect.any(String), 'a\\u202eb', 'read', ago, 'never', 'never'],
      ['strange1', '-', 'refused: of another version', '-', '-', 'never'],
    ]);
    const json = await run('ls', '--json');
    expect(JSON.parse(json.stdout).map(({ state }: { state: string }) => state)).toEqual([
      'expired',
      'active',
      'unusable',
    ]);
    for (const { stdout, stderr } of [result, json]) {
      expect(`${stdout}${stderr}`).not.toContain(secretOf(token));
      expect(`${stdout}${stderr}`).not.toContain(stored[info.id].hash.slice(7));
    }
  });

  it('list shows an unknown last use as unknown, and gives the reason', async () => {
    const { run, file, tokens } = newTokenUser();
    await tokens.create({ name: 'laptop' });
    execFileSync('mkfifo', [`${file}.used`]);
    const result = await run('list');
    expect(result.exitCode).toBe(0);
    expect(rowsOf(result)[1]?.at(-1)).toBe('unknown');
    expect(result.stderr).toBe(
      `the last use of tokens is unknown: ${file}.used can't be read: it is a pipe, not a file`,
    );
    expect(JSON.parse((await run('list', '--json')).stdout)).toMatchObject([{ lastUsedAt: 'unknown' }]);
  });

  it('list of no tokens is no failure, and says how to make one', async () => {
    const { run, file } = newTokenUser();
    const result = await run('list');
    expect(result).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: `no tokens in ${file}; holdfast auth token create makes one`,
    });
    expect((await run('list', '--json')).stdout).toBe('[]');
  });
});

describe('delete', () => {
  it('delete takes the beginning of an id, and the token is refused as soon as the command returns', async () => {
    const { run, tokens, file } = newTokenUser();
    const { token, info } = await tokens.create();
    expect(tokens.verify(token)).toEqual(info);
    const result = await run('delete', info.id.slice(0, 6));
    expect(result).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: `deleted ${info.id} from ${file}: every process refuses it from now on`,
    });
    expect(tokens.verify(token)).toBeUndefined();
  });

  it('delete takes the token itself, and has the other names rm and revoke', async () => {
    const { run, tokens } = newTokenUser();
    for (const verb of ['rm', 'revoke']) {
      const { token, info } = await tokens.create();
      const result = await run(verb, token, '--json');
      expect(JSON.parse(result.stdout)).toEqual({ deleted: info.id });
      expect(result.stderr).not.toContain(secretOf(token));
    }
  });

  it('delete of an unknown or mistyped token is exit code 4, and repeats no secret', async () => {
    const { run, tokens } = newTokenUser();
    const { token } = await tokens.create();
    for (const which of ['nobody', '', `${token.slice(0, -1)}_`, secretOf(token)]) {
      const result = await run('delete', which);
      expect(result.exitCode).toBe(4);
      expectOneLine(result);
      expect(result.stderr).not.toContain(secretOf(token).slice(0, -1));
    }
    expect(tokens.verify(token)).toBeDefined();
  });
});

describe('rotate', () => {
  it('rotate prints the new token, and says until when the old one is accepted', async () => {
    const { run, tokens } = newTokenUser();
    const old = await tokens.create({ name: 'ci', permissions: ['read'] });
    const result = await run('rotate', old.info.id, '--grace', '30m');
    const info = tokens.verify(result.stdout);
    expect(info).toMatchObject({ name: 'ci', permissions: ['read'] });
    expect(result.stderr).toContain(
      `in place of ${old.info.id}, which is accepted until it expires, in 30 min`,
    );
    expect(tokens.verify(old.token)).toBeDefined();
    const json = JSON.parse((await run('rotate', old.info.id, '--grace', '0', '--json')).stdout);
    expect(json.replaces).toEqual({ id: old.info.id, expiresAt: json.createdAt });
    expect(tokens.verify(old.token)).toBeUndefined();
  });

  it.each(['25h', '-1h', '1', 'never'])('rotate refuses a grace of %s', async (grace) => {
    const { run, tokens } = newTokenUser();
    const { info } = await tokens.create();
    const result = await run('rotate', info.id, `--grace=${grace}`);
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toContain('expected 0 or a duration like 30m or 12h, up to 24h');
    expectOneLine(result);
  });
});

it('a damaged token file is left as it is, and the error says what to do: exit code 1', async () => {
  const { run, file } = newTokenUser();
  mkdirSync(path.dirname(file), { mode: 0o700 });
  writeFileSync(file, '{"k3Tq9ZbA": {"hash": "CANARY', { mode: 0o600 });
  for (const args of [['list'], ['create'], ['delete', 'k3'], ['rotate', 'k3']]) {
    const result = await run(...args);
    expect(result).toMatchObject({ exitCode: 1, stdout: '' });
    expect(result.stderr).toContain('Repair the file, or move it away');
    expect(result.stderr).not.toContain('CANARY');
    expectOneLine(result);
  }
  expect(readFileSync(file, 'utf8')).toBe('{"k3Tq9ZbA": {"hash": "CANARY');
});

it('a damaged file in place of the token file is refused until the user restores the copy', async () => {
  const { run, auth, file, tokens } = newTokenUser();
  const { token } = await tokens.create();
  await tokens.close();
  unlinkSync(file);
  writeFileSync(file, '{', { mode: 0o600 });
  const refused = await run('list');
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain('restore the copy');
  const restored = await auth(['restore', '--file', file, '--from', 'last']);
  expect(restored.exitCode).toBe(0);
  expect(openTokens({ file }).verify(token)).toBeDefined();
});

it('an unknown option is named without its value', async () => {
  const { run } = newTokenUser();
  const result = await run('create', '--token=CANARY');
  expect(result.exitCode).toBe(2);
  expect(result.stderr).not.toContain('CANARY');
});

it.each(['', 'create', 'list', 'delete', 'rotate'])('auth token %s --help has examples', async (name) => {
  const { exitCode, stdout } = await newTokenUser().run(...(name ? [name] : []), '--help');
  expect(exitCode).toBe(0);
  expect(stdout).toContain('Examples:');
});

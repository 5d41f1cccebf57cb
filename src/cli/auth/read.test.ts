import { chmodSync, mkdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { canary, expectNoSecretIn, expectOneLine, newUser, sample, secrets } from './auth.test.helper.js';

function userWithSample(env: NodeJS.ProcessEnv = {}) {
  const user = newUser(env);
  user.writeFile(sample);
  return user;
}

describe('list', () => {
  it('list shows the type and the expiry of each entry, and no secret', async () => {
    const result = await userWithSample().auth(['list']);
    expect(result.exitCode).toBe(0);
    const rows = result.stdout.split('\n').map((line) => line.split(/ {2,}/));
    expect(rows).toEqual([
      ['provider', 'type', 'what', 'expires'],
      ['anthropic', 'api', 'key ********wxyz, 1 metadata', '-'],
      ['copilot', 'oauth', 'access ********aaaa', 'expired 2 d ago'],
      ['later', 'oauth', 'access ********aaaa', 'in 3 d'],
      ['never', 'oauth', 'access ********aaaa', 'never'],
      ['https://example.com', 'wellknown', 'EXAMPLE_TOKEN ********', '-'],
      ['$schema', 'unknown type', 'a string', '-'],
      ['future', 'unknown type', 'an object of 2 fields', '-'],
    ]);
    expectNoSecretIn(result);
  });

  it('list --json masks every secret, also in metadata and in entries of unknown type', async () => {
    const result = await userWithSample().auth(['list', '--json']);
    expectNoSecretIn(result);
    const entries = JSON.parse(result.stdout);
    expect(entries.map(({ provider }: { provider: string }) => provider)).toEqual(Object.keys(sample));
    expect(entries[0]).toEqual({
      provider: 'anthropic',
      type: 'api',
      credential: { type: 'api', key: '********wxyz', metadata: { instance: '********' } },
    });
    expect(entries[1]).toMatchObject({ expired: true, credential: { refresh: '********rrrr' } });
    expect(entries[6]).toMatchObject({ type: 'unknown', credential: { type: '********' } });
  });

  it('list --show-secrets prints secrets in full', async () => {
    const { stdout } = await userWithSample().auth(['list', '--json', '--show-secrets']);
    const credentials = JSON.parse(stdout).map(({ credential }: { credential: unknown }) => credential);
    expect(credentials).toEqual(Object.values(sample));
  });

  it('list of an empty store is no failure', async () => {
    const user = newUser();
    const result = await user.auth(['list']);
    expect(result).toEqual({ exitCode: 0, stdout: '', stderr: `no credentials in ${user.file}` });
    expect((await user.auth(['list', '--json'])).stdout).toBe('[]');
  });

  it('list escapes a name that could steer the terminal', async () => {
    const user = newUser();
    user.writeFile({ 'a\u001b[2J\u009b\u202e\nb': { type: 'api', key: secrets.key } });
    for (const flags of [[], ['--json']]) {
      const { stdout } = await user.auth(['list', ...flags]);
      for (const steering of ['\u001b', '\u009b', '\u202e']) expect(stdout).not.toContain(steering);
      expect(stdout).toContain('\\u001b[2J\\u009b\\u202e');
    }
  });

  it('list reads the environment where it holds the credentials and says so, and a named file is read instead', async () => {
    const content = JSON.stringify({ other: sample.anthropic });
    const user = userWithSample({ OPENCODE_AUTH_CONTENT: content });
    const result = await user.auth(['list']);
    expect(result.stdout).toContain('other');
    expect(result.stdout).not.toContain('copilot');
    expect(result.stderr).toContain('OPENCODE_AUTH_CONTENT');
    expect((await user.auth(['get', 'other'])).exitCode).toBe(0);
    const named = await user.auth(['list', '--file', user.file]);
    expect(named.stdout).toContain('copilot');
    expect(named.stderr).toBe('');
  });
});

describe('get', () => {
  it('get masks secrets, and finds an entry whatever its trailing slashes', async () => {
    const result = await userWithSample().auth(['get', 'https://example.com//']);
    expect(result.stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['provider', 'https://example.com'],
      ['type', 'wellknown'],
      ['key', 'EXAMPLE_TOKEN'],
      ['token', '********'],
    ]);
    expectNoSecretIn(result);
  });

  it('get --field prints one field alone and in full', async () => {
    const user = userWithSample();
    expect((await user.auth(['get', 'anthropic', '--field', 'key'])).stdout).toBe(secrets.key);
    expect((await user.auth(['get', 'never', '--field', 'expires'])).stdout).toBe('0');
    const missing = await user.auth(['get', 'anthropic', '--field', 'access']);
    expect(missing.exitCode).toBe(4);
    expect(missing.stderr).toContain('its fields are type, key, metadata');
    expectNoSecretIn(missing);
  });

  it('get --show-secrets prints secrets in full', async () => {
    const user = userWithSample();
    expect((await user.auth(['get', 'anthropic', '--show-secrets'])).stdout).toContain(secrets.key);
    const { stdout } = await user.auth(['get', 'future', '--show-secrets', '--json']);
    expect(JSON.parse(stdout)).toEqual({ provider: 'future', type: 'unknown', credential: sample.future });
  });

  it('get suggests the nearest name for an unknown one', async () => {
    const result = await userWithSample().auth(['get', 'antropic']);
    expect(result.exitCode).toBe(4);
    expect(result.stderr).toContain('did you mean "anthropic"?');
    expectOneLine(result);
  });
});

describe('a refusal of the store', () => {
  it('a refusal of a damaged file is one line with a hint, and no internal error', async () => {
    const user = newUser();
    user.writeFile(`{"a": "${canary}`);
    const result = await user.auth(['list']);
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain('Repair the file');
    expectOneLine(result);
    expectNoSecretIn(result);
  });

  it('a refusal by the system is one line', async () => {
    const user = newUser();
    mkdirSync(user.file, { recursive: true });
    chmodSync(user.file, 0o700);
    const result = await user.auth(['list']);
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain('it is a directory');
    expectOneLine(result);
  });

  it('a refusal of the environment is a usage error that quotes nothing', async () => {
    const result = await newUser({ OPENCODE_AUTH_CONTENT: `{"a": "${canary}` }).auth(['list']);
    expect(result.exitCode).toBe(2);
    expectOneLine(result);
    expectNoSecretIn(result);
  });
});

it.each(['', 'list', 'get', 'set', 'remove', 'forget', 'watch', 'doctor', 'restore'])(
  'auth %s --help has examples',
  async (name) => {
    const { exitCode, stdout } = await newUser().auth([...(name ? [name] : []), '--help']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Examples:');
  },
);

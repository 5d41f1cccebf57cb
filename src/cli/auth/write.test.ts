import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  canary,
  expectNoSecretIn,
  expectOneLine,
  newUser,
  sample,
  secrets,
  type User,
} from './auth.test.helper.js';

describe('set', () => {
  it.each([
    ['no newline', ''],
    ['one newline', '\n'],
    ['the newline of Windows', '\r\n'],
  ])('set stores a piped key without the newline at its end: %s', async (_, end) => {
    const user = newUser();
    const result = await user.auth(['set', 'anthropic/'], secrets.key + end);
    expect(result).toMatchObject({ exitCode: 0, stdout: '' });
    expect(result.stderr).toBe(`stored anthropic: api, ********wxyz, in ${user.file}`);
    expect(user.readFile()).toEqual({ anthropic: { type: 'api', key: secrets.key } });
    expectNoSecretIn(result);
  });

  it('set leaves all other entries as they are, also those of unknown type', async () => {
    const user = newUser();
    user.writeFile(sample);
    await user.auth(['set', 'anthropic', '--metadata', 'a=1', '--metadata', 'b=2=3'], 'new');
    const anthropic = { type: 'api', key: 'new', metadata: { a: '1', b: '2=3' } };
    expect(user.readFile()).toEqual({ ...sample, anthropic });
  });

  it('set stores a whole credential from JSON, extra fields included', async () => {
    const user = newUser();
    const { type: _, ...oauth } = sample.later;
    const result = await user.auth(
      ['set', 'a', '--type', 'oauth', '--json'],
      JSON.stringify({ ...oauth, newer: 1 }),
    );
    expect(user.readFile()).toEqual({ a: { type: 'oauth', ...oauth, newer: 1 } });
    expect(JSON.parse(result.stdout).credential.access).toBe('********aaaa');
    expectNoSecretIn(result);
    await user.auth(['set', 'b', '--object'], JSON.stringify(sample['https://example.com']));
    expect(user.readFile().b).toEqual(sample['https://example.com']);
  });

  const wellknown = sample['https://example.com'];
  it.each<[string, string[], string, string]>([
    ['an empty secret', [], '\n', 'empty'],
    ['a secret of blanks', [], ' \t\n', 'empty'],
    ['an empty token', ['--object'], JSON.stringify({ ...wellknown, token: '' }), 'empty'],
    ['a field that is missing', ['--object'], `{"type":"oauth","access":"${canary}"}`, '"refresh"'],
    [
      'a field of the wrong type',
      ['--object'],
      `{"type":"api","key":["${canary}"]}`,
      '"key" must be a string',
    ],
    ['an unknown type', ['--object'], `{"type":"${canary}"}`, 'oauth, api or wellknown'],
    [
      'another type than was said',
      ['--type', 'oauth'],
      JSON.stringify(wellknown),
      'the type of the credential is not oauth',
    ],
    ['what is not JSON', ['--type', 'oauth'], `{"access":"${canary}`, 'not one JSON object'],
    ['a list', ['--object'], `["${canary}"]`, 'not one JSON object'],
    [
      'a second line',
      [],
      `${secrets.key}\nlogin: ${canary}\n`,
      'the key has 2 lines; nothing was stored; give one,',
    ],
    ['lines of old', [], `${secrets.key}\r${canary}\r${canary}`, 'has 3 lines'],
    ['a NUL', [], `${secrets.key}\0`, 'a control character'],
    ['a blank at the beginning', [], ` ${secrets.key}`, 'begins or ends with a blank'],
    ['a blank at the end', [], `${secrets.key} \n`, 'begins or ends with a blank'],
    ['a whole credential as a key', [], JSON.stringify(wellknown), '--object'],
    ['metadata beside an object', ['--object', '--metadata', 'a=1'], '{}', '--metadata'],
  ])('set refuses %s, stores nothing and quotes nothing', async (_, flags, input, message) => {
    const user = newUser();
    const result = await user.auth(['set', 'a', ...flags], input);
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toContain(message);
    expectOneLine(result);
    expectNoSecretIn(result);
    expect(existsSync(user.file)).toBe(false);
  });

  it.each([[['a', secrets.key]], [['a', `--key=${secrets.key}`]], [['a', '--key', secrets.key]]])(
    'set takes no secret from its arguments, and repeats none: %#',
    async (args) => {
      const user = newUser();
      const result = await user.auth(['set', ...args]);
      expect(result.exitCode).toBe(2);
      expectNoSecretIn(result);
      expect(existsSync(user.file)).toBe(false);
    },
  );

  it('set --object stores a key of several lines', async () => {
    const user = newUser();
    const entry = { type: 'api', key: `${secrets.key}\nmore ` };
    expect((await user.auth(['set', 'a', '--object'], JSON.stringify(entry))).exitCode).toBe(0);
    expect(user.readFile()).toEqual({ a: entry });
  });

  it('set refuses a name with a line break', async () => {
    const user = newUser();
    const result = await user.auth(['set', 'a\nb'], secrets.key);
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toContain('control character');
    expectOneLine(result);
    expect(existsSync(user.file)).toBe(false);
  });

  it('set refuses bytes that are not UTF-8', async () => {
    const result = await newUser().auth(['set', 'a'], Uint8Array.of(0x73, 0xff, 0x6b));
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toContain('not UTF-8');
  });

  it('set changes the file even if the environment is read instead, and says so', async () => {
    const user = newUser({ OPENCODE_AUTH_CONTENT: '{}' });
    const { stderr } = await user.auth(['set', 'a'], 'key');
    expect(stderr).toContain('OPENCODE_AUTH_CONTENT is set');
    expect(Object.keys(user.readFile())).toEqual(['a']);
  });
});

describe('remove', () => {
  async function withSample(): Promise<User> {
    const user = newUser();
    user.writeFile(sample);
    return user;
  }

  it('remove takes out one entry and leaves the others, also those of unknown type', async () => {
    const user = await withSample();
    const result = await user.auth(['remove', 'https://example.com/', '--json']);
    expect(JSON.parse(result.stdout)).toEqual({ removed: ['https://example.com'] });
    const { 'https://example.com': _, ...rest } = sample;
    expect(user.readFile()).toEqual(rest);
    expectNoSecretIn(result);
  });

  it('remove suggests the nearest name for an unknown one, and changes nothing', async () => {
    const user = await withSample();
    const result = await user.auth(['remove', 'copilto']);
    expect(result.exitCode).toBe(4);
    expect(result.stderr).toContain('did you mean "copilot"?');
    expectOneLine(result);
    expect(user.readFile()).toEqual(sample);
  });
});

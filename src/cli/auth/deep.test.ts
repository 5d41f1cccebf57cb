import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { canary, expectNoSecretIn, expectOneLine, newUser, secrets } from './auth.test.helper.js';

const levels = 4_500;
const nested = `${'['.repeat(levels)}"${canary}"${']'.repeat(levels)}`;
const deep = `{"type": "passkey", "more": ${nested}}`;
const content = `{"deep": ${deep}, "anthropic": {"type": "api", "key": "${secrets.key}"}}`;

describe(`beside an entry of ${levels} levels that another program wrote`, () => {
  it.each([
    [['list']],
    [['list', '--json']],
    [['get', 'deep']],
    [['get', 'deep', '--json']],
    [['get', 'anthropic']],
    [['doctor']],
  ])('the command %j works and shows no secret', async (args) => {
    const user = newUser();
    user.writeFile(content);
    const result = await user.auth(args);
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    expectNoSecretIn(result);
    if (args[1] === '--json') expect(JSON.parse(result.stdout)).toHaveLength(2);
  });

  it.each([
    [['list', '--show-secrets', '--json']],
    [['get', 'deep', '--show-secrets']],
    [['get', 'deep', '--field', 'more']],
  ])('the command %j shows the whole entry', async (args) => {
    const user = newUser();
    user.writeFile(content);
    const { exitCode, stdout } = await user.auth(args);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(canary);
  });

  it('other entries can be changed, and the deep one stays as it is', async () => {
    const user = newUser();
    user.writeFile(content);
    expect(await user.auth(['set', 'openai'], 'key')).toMatchObject({ exitCode: 0 });
    expect(await user.auth(['remove', 'anthropic'])).toMatchObject({ exitCode: 0 });
    expect(readFileSync(user.file, 'utf8')).toContain(`"deep": ${deep}`);
  });

  it('a deep entry in the variable can be listed, too', async () => {
    const result = await newUser({ OPENCODE_AUTH_CONTENT: content }).auth(['list', '--json']);
    expect(result.exitCode).toBe(0);
    expectNoSecretIn(result);
  });
});

it.each([
  ['many levels', JSON.stringify({ type: 'api', key: 'k' }).replace('}', `,"more":${nested}}`), '32 levels'],
  ['many bytes', JSON.stringify({ type: 'api', key: canary.repeat(50_000) }), '256 KiB'],
])('a credential of %s is refused in one line, and nothing is stored', async (_, input, limit) => {
  const user = newUser();
  const result = await user.auth(['set', 'anthropic', '--object'], input);
  expect(result.exitCode).toBe(2);
  expect(result.stderr).toContain(limit);
  expectOneLine(result);
  expectNoSecretIn(result);
  expect(() => user.readFile()).toThrow('ENOENT');
});

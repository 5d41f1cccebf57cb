import path from 'node:path';
import { expect, it } from 'vitest';
import { long } from '../../tiers.test.helper.js';
import { newUser, secrets } from './auth.test.helper.js';

// Most tests of these commands run many in one process, which goes on only once nothing of a run could keep it alive. What only a
// process of its own shows: it says how it ended by its exit code, and has its own input.
it('a command ends in a process of its own, with its output, its exit code and its input', async () => {
  const user = newUser();
  const set = await user.authAlone(['set', 'anthropic'], secrets.key);
  expect([set.exitCode, set.stderr]).toEqual([0, expect.stringContaining('anthropic')]);
  expect(await user.authAlone(['get', 'anthropic', '--field', 'key'])).toMatchObject({
    exitCode: 0,
    stdout: secrets.key,
  });
  const missing = await user.authAlone(['get', 'openai']);
  expect([missing.exitCode, missing.stderr]).toEqual([4, expect.stringContaining('there is no "openai"')]);
});

it(
  'each command that ends by itself does so in a process of its own, with its output, its exit code and its input',
  long,
  async () => {
    const user = newUser();
    const tokens = ['--file', path.join(user.home, 'tokens.json')];
    const run = async (args: string[], input?: string) => {
      const { exitCode, stdout, stderr } = await user.authAlone(args, input);
      return [exitCode, stdout || stderr];
    };
    const says = (text: string) => expect.stringContaining(text);
    expect(await run(['set', 'anthropic'], secrets.key)).toEqual([0, says('anthropic')]);
    expect(await run(['list'])).toEqual([0, says('********wxyz')]);
    expect(await run(['get', 'anthropic', '--field', 'key'])).toEqual([0, secrets.key]);
    expect(await run(['get', 'openai'])).toEqual([4, says('there is no "openai"')]);
    expect(await run(['doctor'])).toEqual([0, says('healthy')]);
    expect(await run(['restore'])).toEqual([0, says('last')]);
    expect(await run(['remove', 'anthropic'])).toEqual([0, says('anthropic')]);
    expect(await run(['forget', 'anthropic'])).toEqual([4, says('there is no "anthropic"')]);
    const [code, made] = await run(['token', 'create', '--json', ...tokens]);
    expect(code).toBe(0);
    const { id } = JSON.parse(String(made)) as { id: string };
    expect(await run(['token', 'list', ...tokens])).toEqual([0, says(id)]);
    expect(await run(['token', 'rotate', id, ...tokens])).toEqual([0, says('oct_')]);
    expect(await run(['token', 'delete', id, ...tokens])).toEqual([0, says(id)]);
  },
);

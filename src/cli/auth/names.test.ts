import { expect, it } from 'vitest';
import { newUser, sample, secrets } from './auth.test.helper.js';

it("the agent's own words do what its commands do: login, ls, logout and rm", async () => {
  const user = newUser();
  expect(await user.auth(['login', 'anthropic'], `${secrets.key}\n`)).toMatchObject({ exitCode: 0 });
  expect((await user.auth(['ls'])).stdout).toContain('anthropic');
  expect(await user.auth(['logout', 'anthropic'])).toMatchObject({ exitCode: 0 });
  await user.auth(['set', 'openai'], `${secrets.key}\n`);
  expect(await user.auth(['rm', 'openai'])).toMatchObject({ exitCode: 0 });
  expect(user.readFile()).toEqual({});
});

it('--reveal shows secrets in full, as the older --show-secrets does, and nothing else does', async () => {
  const user = newUser();
  user.writeFile(sample);
  const plain = await user.auth(['list', '--json']);
  const revealed = await user.auth(['list', '--json', '--reveal']);
  expect(plain.stdout).not.toContain(secrets.key);
  expect(revealed.stdout).toContain(secrets.key);
  expect((await user.auth(['list', '--json', '--show-secrets'])).stdout).toBe(revealed.stdout);
  expect((await user.auth(['list', '--help'])).stdout).not.toContain('--show-secrets');
});

it('a new token whose name is no option is refused, with the option that it is, and nothing is made', async () => {
  const user = newUser({ XDG_CONFIG_HOME: newUser().home });
  const refused = await user.auth(['token', 'create', 'ci']);
  expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining('--name')]);
  expect((await user.auth(['token', 'list', '--json'])).stdout).toBe('[]');
});

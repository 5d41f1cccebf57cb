import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { eachInTiers } from '../tiers.test.helper.js';
import { newUser } from './auth/auth.test.helper.js';
import { command } from './command.test.helper.js';
import { looksSecret, withoutSecrets } from './masking.js';
import { expectMasked, secrets, token } from './masking.test.helper.js';

/** Commands that are wrong, with a secret (SECRET) where something else belongs. */
const wrong = `
auth token create --permissions SECRET
auth token create --permissions read,SECRET
auth token create --permissions=SECRET
auth token create --expires SECRET
auth token create --name --expires SECRET
auth token create SECRET
auth token create --SECRET
auth token create -xSECRET
auth token create --token=SECRET
auth token rotate SECRET
auth token rotate k3 --grace SECRET
auth token rotate k3 --expires SECRET
auth token rotate k3 SECRET
auth token delete SECRET
auth token delete k3 SECRET
auth token list SECRET
auth token SECRET
auth SECRET
auth list SECRET
auth list --SECRET
auth get SECRET
auth get a --field SECRET
auth get a SECRET
auth get --key=SECRET a
auth set a SECRET
auth set a --key SECRET
auth set a --type SECRET
auth set a --metadata SECRET
auth set a --metadata =SECRET
auth remove SECRET
auth restore --from SECRET
auth restore --key SECRET
auth watch SECRET
auth doctor --SECRET=1
serve --port SECRET
serve --port=SECRET
serve --policy SECRET
serve --paths SECRET
serve --origin SECRET
serve --origin https://user:SECRET@host/
serve --token SECRET
serve SECRET
SECRET
--SECRET`
  .trim()
  .split('\n');

describe('a wrong command with a secret in it', () => {
  eachInTiers(
    wrong.map((line, at) => [line, secrets[at % secrets.length] ?? token] as const),
    10,
  )('a wrong command does not repeat the secret: %s', (line, secret) => expectMasked(command, line, secret));
});

describe('a word that looks like a secret', () => {
  it('each secret looks like one', () => {
    const words = [...secrets, randomBytes(32).toString('hex'), `xoxb-123-${'a'.repeat(9)}`];
    expect(words.filter((word) => !looksSecret(word))).toEqual([]);
  });

  it.each([
    'anthropic',
    'google-vertex-anthropic',
    'claude-3-5-sonnet-20241022',
    'textbook-stale-2000-a0f08463',
    'token-create-delete-churn',
    'corrupt-3f2a77a0b1c2d3e4',
    'auth.json.corrupt-3f2a77a0b1c2d3e4',
    'https://llm.example.com/v1/models',
  ])('%s does not look like a secret', (word) => {
    expect(looksSecret(word)).toBe(false);
  });

  it('a secret is masked where a message quotes a part of it, or escapes it', () => {
    const odd = 'sk-"quoted\\1234567890';
    expect(withoutSecrets(`got ${JSON.stringify(odd)}`, [odd])).toBe('got "********"');
    expect(withoutSecrets(`got "${token.slice(0, 30)}"`, [`--expires=${token}`])).toBe('got "********"');
  });

  it('the path of a file is not masked, whatever its name', () => {
    const file = '/tmp/holdfast-test-a1B2c3/x-0123456789abcdefgh/auth.json';
    expect(withoutSecrets(`could not read ${file}`, ['--file', file])).toBe(`could not read ${file}`);
    const name = 'credentials-Backup20261128.json';
    expect(withoutSecrets(`could not read ${name}`, [name])).toBe(`could not read ${name}`);
  });
});

it('a key in the place of a provider is refused and not stored as a name', async () => {
  const user = newUser();
  const result = await user.auth(['set', secrets[1] ?? ''], 'key');
  expect(result.exitCode).toBe(2);
  expect(result.stderr).toContain('looks like a key');
  expect(readdirSync(user.home)).toEqual([]);
});

it('a name in the file that is a secret by mistake is not suggested', async () => {
  const user = newUser();
  const [, secret = ''] = secrets;
  user.writeFile({ [secret]: 1 });
  const result = await user.auth(['get', `${secret}x`]);
  expect(result.exitCode).toBe(4);
  expect(result.stderr).not.toContain('mean');
  expect(result.stderr).not.toContain(secret.slice(0, 10));
});

const hasFull = existsSync('/dev/full');

it.skipIf(!hasFull)('a full disk behind stdout is an error without a stack', async () => {
  const user = newUser();
  user.writeFile({ a: { type: 'api', key: 'k' } });
  const program = ['-c', '"$@" > /dev/full', 'sh', process.execPath, command, 'auth', 'list'];
  const { exitCode, stderr } = await execa('sh', program, { env: user.env, reject: false });
  expect(exitCode).toBe(70);
  expect(stderr).toBe('holdfast: could not write the output: ENOSPC');
});

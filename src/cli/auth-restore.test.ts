import { readFileSync, writeFileSync } from 'node:fs';
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

/** An earlier state, cut in the middle of its third entry, beside a file that has gone on since. */
const api = (key: string) => ({ type: 'api', key: `${canary}-${key}` });
const big = '{"type":"new","id":12345678901234567890,"x":1.50}';
const earlier = `{"lost": ${big}, "there": ${JSON.stringify(api('old'))}, "https://x/": 1, "cut": {"key":"${canary}`;

function userWithDamage(): User {
  const user = newUser();
  user.writeFile({ there: api('new'), 'https://x': 'newer' });
  writeFileSync(`${user.file}.corrupt-3f2a`, earlier);
  return user;
}

const textOf = (user: User) => readFileSync(user.file, 'utf8');

describe('restore, alone,', () => {
  it('lists what could be restored and how much of it is readable, and changes nothing', async () => {
    const user = userWithDamage();
    const before = textOf(user);
    const result = await user.auth(['restore']);
    const cutAt = earlier.indexOf(', "cut"');
    expect(result.stdout).toMatch(/^corrupt-3f2a {2}\d+ s ago {2}not readable as JSON/);
    expect(result.stdout).toContain(`good up to byte ${cutAt} of ${earlier.length}, 3 entries`);
    expect(result.stdout).toMatch(/missing now: lost$/);
    expectNoSecretIn(result);
    expect(textOf(user)).toBe(before);
  });

  it('lists the last-committed copy, as JSON too', async () => {
    const user = newUser();
    user.writeFile(sample);
    await user.auth(['set', 'more'], secrets.key);
    const { more: _, ...rest } = user.readFile();
    user.writeFile(rest);
    const result = await user.auth(['restore', '--json']);
    expect(JSON.parse(result.stdout)).toMatchObject([{ name: 'last', missingNow: ['more'] }]);
    expectNoSecretIn(result);
  });

  it('says so where there is nothing', async () => {
    const user = newUser();
    const result = await user.auth(['restore']);
    expect(result).toMatchObject({ exitCode: 0, stdout: '' });
    expect(result.stderr).toContain('nothing to restore');
  });
});

describe('restore --from', () => {
  it('puts back what is missing, byte for byte, and leaves what is there', async () => {
    const user = userWithDamage();
    const result = await user.auth(['restore', '--from', 'corrupt-3f2a', '--json']);
    expect(result.exitCode).toBe(0);
    const told = { from: 'corrupt-3f2a', restored: ['lost'], kept: ['there', 'https://x/'], dryRun: false };
    expect(JSON.parse(result.stdout)).toEqual(told);
    expect(textOf(user)).toContain(`"lost": ${big}`);
    const { lost: _, ...rest } = user.readFile();
    expect(rest).toEqual({ there: api('new'), 'https://x': 'newer' });
    expectNoSecretIn(result);
    const again = await user.auth(['restore', '--from', 'corrupt-3f2a']);
    expect(again.stderr).toContain('nothing to restore');
  });

  it('overwrites where that is asked for, and only what is named', async () => {
    const user = userWithDamage();
    await user.auth(['restore', '--from', 'corrupt', '--overwrite', '--key', 'there']);
    expect(user.readFile()).toEqual({ there: api('old'), 'https://x': 'newer' });
  });

  it('only says what it would do in a dry run', async () => {
    const user = userWithDamage();
    const before = textOf(user);
    const result = await user.auth(['restore', '--from', `auth.json.corrupt-3f2a`, '--dry-run']);
    expect(result.stderr).toContain('would restore lost from corrupt-3f2a');
    expect(textOf(user)).toBe(before);
  });

  it('brings back what the last-committed copy holds', async () => {
    const user = newUser();
    await user.auth(['set', 'a'], secrets.key);
    user.writeFile({});
    await user.auth(['restore', '--from', 'last']);
    expect(user.readFile()).toEqual({ a: { type: 'api', key: secrets.key } });
  });

  it.each([
    [['--from', 'corrupt-4f2a'], 4, 'did you mean "corrupt-3f2a"?'],
    [['--from', 'corrupt-3f2a', '--key', 'lots'], 4, 'did you mean "lost"?'],
    [['--from', 'corrupt-3f2a', '--key', 'cut'], 4, 'there is no "cut"'],
    [['--key', 'lost'], 2, '--from is missing'],
  ])('changes nothing and says why: %j', async (args, exitCode, message) => {
    const user = userWithDamage();
    const before = textOf(user);
    const result = await user.auth(['restore', ...args]);
    expect(result.exitCode).toBe(exitCode);
    expect(result.stderr).toContain(message);
    expectOneLine(result);
    expectNoSecretIn(result);
    expect(textOf(user)).toBe(before);
  });

  it('asks which one, if several begin so', async () => {
    const user = userWithDamage();
    writeFileSync(`${user.file}.corrupt-3f2b`, '');
    const result = await user.auth(['restore', '--from', 'corrupt-3f2']);
    expect(result.exitCode).toBe(2);
    expectOneLine(result);
  });
});

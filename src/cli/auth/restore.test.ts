import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { lineFormat } from '../../isolation/line-format.js';
import { IsolatedFile } from '../../store/file/foreign/isolated-file.js';
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

describe('a file of another format', () => {
  it('is named as such by list, doctor and restore, and none advises to move it away', async () => {
    const user = newUser();
    mkdirSync(path.dirname(user.file), { mode: 0o700 });
    writeFileSync(user.file, '[a]\nx=1\n', { mode: 0o600 });
    const isolated = new IsolatedFile(user.file, { format: lineFormat('ini') });
    await isolated.begin();
    const edit = { key: '[a]\n=y', raw: JSON.stringify(`y=${canary}`) };
    await isolated.commit([edit], new Map());
    await isolated.close();
    const before = textOf(user);
    const all = [];
    for (const line of [['list'], ['doctor'], ['restore'], ['remove', 'a']]) all.push(await user.auth(line));
    for (const result of all) {
      const said = result.stdout + result.stderr;
      expect(said).toMatch(/format ini/);
      expect(said).not.toMatch(/to start (anew|empty)/);
      expectNoSecretIn(result);
    }
    expect(textOf(user)).toBe(before);
  });
});

describe('restore without --from', () => {
  it('restore lists what could be restored and how much of it is readable, and changes nothing', async () => {
    const user = userWithDamage();
    const before = textOf(user);
    const result = await user.auth(['restore']);
    const cutAt = earlier.indexOf(', "cut"');
    expect(result.stdout).toMatch(/^corrupt-3f2a {2}\d+ s ago {2}damaged, 3 entries/);
    expect(result.stdout).toContain(
      `${earlier.length - cutAt - 2} of ${earlier.length} bytes could not be read, and may hold more (line 1, column ${cutAt + 3})`,
    );
    expect(result.stdout).toMatch(/missing now, of what could be read: lost$/);
    expectNoSecretIn(result);
    expect(textOf(user)).toBe(before);
  });

  it('restore lists the last-committed copy, also as JSON', async () => {
    const user = newUser();
    user.writeFile(sample);
    await user.auth(['set', 'more'], secrets.key);
    const { more: _, ...rest } = user.readFile();
    user.writeFile(rest);
    const result = await user.auth(['restore', '--json']);
    expect(JSON.parse(result.stdout)).toMatchObject([{ name: 'last', missingNow: ['more'] }]);
    expectNoSecretIn(result);
  });

  it('restore says so where there is nothing to restore', async () => {
    const user = newUser();
    const result = await user.auth(['restore']);
    expect(result).toMatchObject({ exitCode: 0, stdout: '' });
    expect(result.stderr).toContain('nothing to restore');
  });
});

const one = `"openai": ${JSON.stringify(api('one'))}`;
const two = `"only-here": ${JSON.stringify(api('two'))}`;

/** Nothing can be read of it: a quote is missing. */
const broken = `"broken": {"type": "api", "key": "${canary}}`;

describe('a file that was damaged by an editor, a merge, a crash or a second writer', () => {
  it.each<[string, string | Buffer, number]>([
    ['a comment', `{${one},\n// mine\n${two}}`, 0],
    ['a comment first', `// mine\n{${one},${two}}`, 0],
    ['a trailing comma', `{\n  ${one},\n  ${two},\n}`, 0],
    ['merge markers', `<<<<<<< HEAD\n{${one},\n=======\n{\n>>>>>>> x\n${two}}`, 0],
    ['two documents', `{${one}}\n{${two}}`, 0],
    ['UTF-16', Buffer.from(`\ufeff{${one}, ${two}}`, 'utf16le'), 0],
    ['UTF-16, the other way round', Buffer.from(`\ufeff{${one}, ${two}}`, 'utf16le').swap16(), 0],
    ['a broken entry, on lines', `{\r\n  ${one},\r\n  ${broken},\r\n  ${two}\r\n}`, broken.length + 1],
    ['a broken entry, on one line', `{${one},${broken},${two}}`, broken.length + 1],
    ['a cut end', `{${one},${two},"cut": {"key": "${canary}`, `"cut": {"key": "${canary}`.length],
  ])('restore brings back every whole entry and reports the rest: %s', async (_, content, unread) => {
    const user = newUser();
    user.writeFile({ openai: api('one') });
    writeFileSync(`${user.file}.corrupt-1`, content);
    const result = await user.auth(['restore', '--from', 'corrupt-1']);
    expect(user.readFile()).toEqual({ openai: api('one'), 'only-here': api('two') });
    expect(result.stderr).toContain('restored only-here from corrupt-1');
    if (unread > 0) expect(result.stderr).toContain(`${unread} of ${content.length} bytes could not be read`);
    else expect(result.stderr).not.toContain('could not be read');
    expectNoSecretIn(result);
    const again = await user.auth(['restore', '--from', 'corrupt-1']);
    expect(again.stderr).toContain(
      unread > 0
        ? 'nothing to restore: all that could be read and was asked for is there'
        : 'nothing to restore: all of it is there',
    );
  });

  it('restore says so where nothing could be read, and not that everything is there', async () => {
    const user = newUser();
    user.writeFile({ openai: api('one') });
    writeFileSync(`${user.file}.corrupt-1`, `{${broken}`);
    const { stderr } = await user.auth(['restore', '--from', 'corrupt-1']);
    expect(stderr).toContain('nothing to restore: no entry of corrupt-1 could be read');
    expect(stderr).toContain(`${broken.length} of ${broken.length + 1} bytes could not be read`);
    expect(stderr).not.toContain('all of it');
  });

  it('restore can bring back each value of a doubled key', async () => {
    const user = newUser();
    user.writeFile(`{"a":${JSON.stringify(api('first'))},"a":${JSON.stringify(api('second'))}}`);
    const doctor = await user.auth(['doctor']);
    expect(doctor.exitCode).toBe(0);
    expect(doctor.stdout).toContain('a is there more than once, with different values; the last one counts');
    const set = await user.auth(['set', 'b'], secrets.key);
    expect(set.stderr).toContain('had more than one entry named a; the last one counts');
    const list = await user.auth(['restore']);
    expect(list.stdout).toContain('more than once, with different values: a');
    const last = await user.auth(['restore', '--from', 'corrupt']);
    expect(last.stderr).toContain('--occurrence 1 is the first');
    expect(last.stderr).not.toContain('all of it is there');
    await user.auth(['restore', '--from', 'corrupt', '--key', 'a', '--occurrence', '1', '--overwrite']);
    expect(user.readFile()).toMatchObject({ a: api('first') });
    const third = await user.auth(['restore', '--from', 'corrupt', '--key', 'a', '--occurrence', '3']);
    expect(third).toMatchObject({ exitCode: 2 });
    expect(third.stderr).toContain('a is there 2 times');
    for (const result of [doctor, set, list, last, third]) expectNoSecretIn(result);
  });
});

describe('restore --from', () => {
  it('restore --from puts back what is missing, byte for byte, and leaves what is there', async () => {
    const user = userWithDamage();
    const result = await user.auth(['restore', '--from', 'corrupt-3f2a', '--json']);
    expect(result.exitCode).toBe(0);
    const told = { from: 'corrupt-3f2a', restored: ['lost'], kept: ['there', 'https://x/'], dryRun: false };
    const unread = { from: 121, to: 142, line: 1, column: 122, zeros: 0 };
    expect(JSON.parse(result.stdout)).toEqual({ ...told, unread: [unread] });
    expect(textOf(user)).toContain(`"lost": ${big}`);
    const { lost: _, ...rest } = user.readFile();
    expect(rest).toEqual({ there: api('new'), 'https://x': 'newer' });
    expectNoSecretIn(result);
    const again = await user.auth(['restore', '--from', 'corrupt-3f2a']);
    expect(again.stderr).toContain('nothing to restore');
  });

  it('restore --overwrite replaces only the entries that are named', async () => {
    const user = userWithDamage();
    await user.auth(['restore', '--from', 'corrupt', '--overwrite', '--key', 'there']);
    expect(user.readFile()).toEqual({ there: api('old'), 'https://x': 'newer' });
  });

  it('restore --dry-run changes nothing and says what it would do', async () => {
    const user = userWithDamage();
    const before = textOf(user);
    const result = await user.auth(['restore', '--from', `auth.json.corrupt-3f2a`, '--dry-run']);
    expect(result.stderr).toContain('would restore lost from corrupt-3f2a');
    expect(textOf(user)).toBe(before);
  });

  it('restore --from last brings back what the last-committed copy holds', async () => {
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
  ])('restore changes nothing and gives the reason: %j', async (args, exitCode, message) => {
    const user = userWithDamage();
    const before = textOf(user);
    const result = await user.auth(['restore', ...args]);
    expect(result.exitCode).toBe(exitCode);
    expect(result.stderr).toContain(message);
    expectOneLine(result);
    expectNoSecretIn(result);
    expect(textOf(user)).toBe(before);
  });

  it('restore refuses an ambiguous --from', async () => {
    const user = userWithDamage();
    writeFileSync(`${user.file}.corrupt-3f2b`, '');
    const result = await user.auth(['restore', '--from', 'corrupt-3f2']);
    expect(result.exitCode).toBe(2);
    expectOneLine(result);
  });
});

import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eachInTiers } from '../../../tiers.test.helper.js';
import { tokenPattern } from '../../../tokens/format.js';
import { openTokens } from '../../../tokens/tokens.js';
import { patienceMs } from '../../../waiting.test.helper.js';
import { command, newDirectory } from '../../command.test.helper.js';
import { expectOneLine, newUser } from '../auth.test.helper.js';

const whole = new RegExp(`^${tokenPattern.source}\n$`);

function newTokenUser() {
  const configuration = newDirectory();
  const user = newUser({ XDG_CONFIG_HOME: configuration, OPENCODE_CONFIG_DIR: '' });
  const file = path.join(configuration, 'opencode', 'auth-tokens.json');
  const tokens = openTokens({ file });
  onTestFinished(() => tokens.close());
  return {
    user,
    file,
    tokens,
    /** A path in the directory in which the commands run. */
    at: (name: string) => path.join(user.home, name),
    run: (...args: string[]) => user.auth(['token', ...args]),
    /** Runs a line of a POSIX shell in which $HOLDFAST is the command. */
    async shell(line: string) {
      const env = { ...user.env, HOLDFAST: `${process.execPath} ${command}` };
      const options = { cwd: user.home, env, reject: false, timeout: patienceMs } as const;
      const { exitCode, stdout, stderr } = await execa('sh', ['-c', line], options);
      return { exitCode, stdout, stderr };
    },
  };
}

describe('the token file of --out', () => {
  eachInTiers(['777', '000', '022'])(
    'the new file is for its owner alone under the umask %s',
    async (umask) => {
      const { shell, at, tokens } = newTokenUser();
      const made = await shell(`umask ${umask}; $HOLDFAST auth token create --name laptop --out token`);
      expect(made).toMatchObject({ exitCode: 0, stdout: '' });
      const text = readFileSync(at('token'), 'utf8');
      expect(text).toMatch(whole);
      expect(statSync(at('token')).mode & 0o7777).toBe(0o600);
      expect(tokens.verify(text.trim())).toMatchObject({ name: 'laptop' });
      expect(made.stderr).not.toContain(text.trim().slice(13));
      expect(made.stderr).toContain(`The token is in ${at('token')}`);
    },
  );

  it('rotate writes its file, too, and its JSON on stdout has no token', async () => {
    const { run, at, tokens } = newTokenUser();
    const old = await tokens.create({ name: 'ci' });
    const { stdout } = await run('rotate', old.info.id, '--out', 'new', '--json');
    const token = readFileSync(at('new'), 'utf8').trim();
    expect(tokens.verify(token)).toMatchObject({ name: 'ci' });
    expect(stdout).not.toContain(token.slice(13));
    const json = JSON.parse(stdout);
    expect(json).toMatchObject({
      id: tokens.verify(token)?.id,
      out: at('new'),
      replaces: { id: old.info.id },
    });
  });

  it.each<[string, (place: string) => void]>([
    ['a file', (place) => writeFileSync(place, 'mine')],
    ['a link', (place) => symlinkSync('/etc/hostname', place)],
    ['a dangling link', (place) => symlinkSync('elsewhere', place)],
    ['a directory', (place) => mkdirSync(place)],
    ['a name in no directory', () => {}],
  ])('no token is made where --out is %s, and nothing is overwritten', async (what, plant) => {
    const { run, at, tokens, user } = newTokenUser();
    plant(at('out'));
    const before = lstatSync(at('out'), { throwIfNoEntry: false });
    const { id } = (await tokens.create()).info;
    const stored = await tokens.list();
    for (const words of [['create'], ['rotate', id]]) {
      const result = await run(...words, '--out', what === 'a name in no directory' ? 'no/out' : 'out');
      expect(result).toMatchObject({
        exitCode: 2,
        stdout: '',
        stderr: expect.stringContaining('no token was made'),
      });
      expectOneLine(result);
    }
    expect(await tokens.list()).toEqual(stored);
    expect(lstatSync(at('out'), { throwIfNoEntry: false })).toEqual(before);
    expect(readdirSync(user.home)).not.toContain('elsewhere');
  });

  it('the file of --out is removed again where no token could be made', async () => {
    const { run, file, at } = newTokenUser();
    mkdirSync(path.dirname(file));
    writeFileSync(file, '[]');
    expect((await run('create', '--out', 'token')).exitCode).toBe(1);
    expect(existsSync(at('token'))).toBe(false);
  });
});

const hasFull = existsSync('/dev/full');

describe.skipIf(!hasFull)('a token that could not be printed', () => {
  eachInTiers<[string, number, string]>(
    [
      ['> /dev/full', 1, 'could not be written (ENOSPC); it was deleted again'],
      ['>&-', 2, 'stdout is closed'],
      ['> /dev/null', 2, 'or is /dev/null'],
      ['--json > /dev/full', 1, 'could not be written (ENOSPC); it was deleted again'],
    ],
    3,
  )('a token that could not be printed is deleted again: create %s', async (redirection, exitCode, words) => {
    const { shell, tokens } = newTokenUser();
    const result = await shell(`$HOLDFAST auth token create ${redirection}`);
    expect(result).toMatchObject({ exitCode, stderr: expect.stringContaining(words) });
    expectOneLine(result);
    expect(await tokens.list()).toEqual([]);
  });

  eachInTiers(['--grace 0', ''])(
    'rotate %s with a full stdout leaves the old token as it was',
    async (grace) => {
      const { shell, tokens } = newTokenUser();
      const { token, info } = await tokens.create();
      const result = await shell(`$HOLDFAST auth token rotate ${info.id} ${grace} > /dev/full`);
      expect(result.exitCode).toBe(1);
      expect(result.stderr).toContain(`it was deleted again, and ${info.id} is as good as before`);
      expectOneLine(result);
      expect(tokens.verify(token)).toEqual(info);
      expect(await tokens.list()).toHaveLength(1);
    },
  );

  it('a token is deleted again where the reader of the pipe has gone', async () => {
    const { shell, tokens } = newTokenUser();
    const line =
      'mkfifo p; exec 3<> p; exec 4> p; exec 5< p; exec 3>&- 5<&-; $HOLDFAST auth token create >&4';
    const result = await shell(line);
    expect(result).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('EPIPE') });
    expect(await tokens.list()).toEqual([]);
  });
});

const hasCurl = spawnSync('curl', ['--version']).status === 0;
const reason = hasCurl ? '' : ' (skipped: there is no curl)';

it.skipIf(!hasCurl)(
  `the lines of the help send the token and show it to no other process${reason}`,
  async () => {
    const { shell, user, at } = newTokenUser();
    const seen: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      seen.push(request.headers.authorization);
      // While the request is under way all processes are there to be seen.
      const shown = readdirSync('/proc')
        .filter((pid) => /^\d+$/.test(pid))
        .map(argumentsOf)
        .join('\n');
      response.end(String(shown.includes(String(request.headers.authorization?.slice(20)))));
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const { stdout: help } = await user.auth(['token', 'create', '--help']);
    const lines = help.split('\n').filter((line) => /--out token$|curl/.test(line));
    expect(lines).toHaveLength(2);
    const [create = '', send = ''] = lines;
    const line = `${create.replace('holdfast', '$HOLDFAST')} && ${send.replace('4096', String(port))}`;
    const result = await shell(line);
    expect(seen).toEqual([`Bearer ${readFileSync(at('token'), 'utf8').trim()}`]);
    expect(result.stdout).toBe('false');
  },
);

function argumentsOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    // Gone since it was listed.
    return '';
  }
}

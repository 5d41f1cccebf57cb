import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { lacks } from '../../store/system.test.helper.js';
import { eachInTiers } from '../../tiers.test.helper.js';
import { patienceMs } from '../../waiting.test.helper.js';
import { command, newDirectory } from '../command.test.helper.js';
import { runWarm } from '../warm-command.test.helper.js';
import { expectOneLine, newUser, type Result } from './auth.test.helper.js';

/** Runs a line of Bash in which `holdfast` is the command, with nothing in the environment but what is given. */
async function bash(line: string, env: NodeJS.ProcessEnv, { uid }: { uid?: number } = {}) {
  const cwd = newDirectory();
  if (uid !== undefined) chownSync(cwd, uid, uid);
  const script = `holdfast() { ${JSON.stringify(process.execPath)} ${JSON.stringify(command)} "$@"; }; ${line}`;
  const program = ['bash', '-c', script];
  const other = uid === undefined ? [] : ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
  const [file = '', ...args] = [...other, ...program];
  const options = { cwd, env: { PATH: process.env.PATH, ...env }, extendEnv: false } as const;
  const { exitCode, stdout, stderr } = await execa(file, args, {
    ...options,
    reject: false,
    stdin: 'ignore',
    timeout: patienceMs,
  });
  return { cwd, exitCode, stdout, stderr };
}

/** Runs the command in a process that has run others, with nothing in the environment but what is given. */
async function run(
  line: string,
  env: NodeJS.ProcessEnv,
  { uid, input = '' }: { uid?: number; input?: string } = {},
) {
  const cwd = newDirectory();
  if (uid !== undefined) chownSync(cwd, uid, uid);
  const all = { PATH: process.env.PATH, ...env };
  const how = { cwd, env: all, isBare: true, input, ...(uid !== undefined && { uid }) };
  return { cwd, ...(await runWarm({ command, args: line.split(' '), ...how })) };
}

describe("a --file that can't be a file", () => {
  function expectRefusal(result: Result, kind: string) {
    expect(result).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(` is ${kind}; expected the path of a`),
    });
    expectOneLine(result);
  }

  function expectAdvice({ exitCode, stdout }: Result, kind: string) {
    expect(exitCode).toBe(1);
    expect(stdout).toContain(`problem  file: can't be used: it is ${kind}, not a file`);
    expect(stdout).not.toMatch(/chmod|remove|rename/i);
  }

  it.each([
    ['/dev/../dev/zero', 'a device'],
    ['.', 'a directory'],
    ['link-to-pipe', 'a pipe'],
  ])(
    'a --file that has a name of its own is refused with what it is, whatever asks for it: %s: %s',
    async (name, kind) => {
      const home = newDirectory();
      execFileSync('mkfifo', [path.join(home, 'pipe')]);
      symlinkSync('pipe', path.join(home, 'link-to-pipe'));
      const file = name.startsWith('/') ? name : path.join(home, name);
      for (const call of ['auth set a', 'auth token list', 'serve'])
        expectRefusal(await run(`${call} --file ${file}`, { HOME: home }), kind);
      expectAdvice(await run(`auth doctor --file ${file}`, { HOME: home }), kind);
    },
  );

  const pairs: [string, string][] = [
    ["--file <(echo '{}')", 'a pipe'],
    ['--file /dev/stdin < gone', 'a descriptor, not a file'],
    ['--file /dev/stdin < <(echo)', 'a pipe'],
    ['--file /dev/fd/7 7< <(echo)', 'a pipe'],
    ['--file /proc/self/fd/7 7< <(echo)', 'a pipe'],
    ['--file /dev/fd/97', 'a descriptor, not a file'],
    ['--file /dev/null', 'a device'],
  ];
  const setUp =
    "mkfifo pipe; ln -s pipe link-to-pipe; echo '{}' > gone; exec 5< gone; rm gone; ln -s /proc/self/fd/5 gone;";
  // One of each kind, by the longest way that leads there.
  eachInTiers(pairs, 2)(
    "a --file that can't be a file is refused with what it is: %s: %s",
    async (words, kind) => {
      const home = newDirectory();
      expectRefusal(await bash(`${setUp} holdfast auth set a ${words}`, { HOME: home }), kind);
      if (!kind.startsWith('a descriptor'))
        expectAdvice(await bash(`${setUp} holdfast auth doctor ${words}`, { HOME: home }), kind);
    },
  );

  it('a file that is reached by another name is accepted', async () => {
    const line = `echo '{"a":{"type":"api","key":"k"}}' > f; holdfast auth list --file /dev/stdin < f`;
    const result = await bash(line, { HOME: newDirectory() });
    expect(result).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('api') });
  });
});

describe('the home directory', () => {
  it('an empty HOME counts as unset, and nothing is created in the working directory', async () => {
    const doctor = await run('auth doctor', { HOME: '' });
    const tokens = await run('auth token list', { HOME: '' });
    const { homedir } = userInfo();
    expect(doctor.stdout.split('\n')[0]).toBe(path.join(homedir, '.local/share/opencode/auth.json'));
    expect(tokens.stderr).toContain(
      `no tokens in ${path.join(homedir, '.config/opencode/auth-tokens.json')}`,
    );
    expect([doctor, tokens].flatMap(({ cwd }) => readdirSync(cwd))).toEqual([]);
  });

  it('a relative XDG_DATA_HOME is used as the agent uses it, with one warning', async () => {
    // The warning comes once in each process.
    const result = await bash('holdfast auth set a <<< key', { HOME: newDirectory(), XDG_DATA_HOME: 'data' });
    const file = path.join(result.cwd, 'data/opencode/auth.json');
    expect(result.exitCode).toBe(0);
    expect(result.stderr.match(/relative path/g)).toHaveLength(1);
    expect(result.stderr).toContain(`the file is ${file}`);
    expect(existsSync(file)).toBe(true);
  });

  it.each(['XDG_CONFIG_HOME', 'OPENCODE_CONFIG_DIR'])(
    'a relative %s is ignored with a warning, so that tokens in the working directory grant nothing',
    async (name) => {
      const home = newDirectory();
      const result = await run('auth token create --quiet', { HOME: home, [name]: 'here' });
      expect(result.exitCode).toBe(0);
      expect(result.stderr).toContain(`${name} is a relative path and ignored`);
      expect(readdirSync(result.cwd)).toEqual([]);
      expect(existsSync(path.join(home, '.config/opencode/auth-tokens.json'))).toBe(true);
    },
  );
});

describe.skipIf(lacks('root', 'setpriv'))('a user without a home directory', () => {
  const uid = 54321;
  const open = () => {
    const directory = newDirectory();
    chownSync(directory, uid, uid);
    return directory;
  };

  it('no home directory is needed where variables or --file give every path', async () => {
    const place = open();
    const env = { XDG_DATA_HOME: place, XDG_CONFIG_HOME: place };
    for (const call of ['auth list', 'auth set a', 'auth doctor', 'auth token list'])
      expect(await run(call, env, { uid, input: 'key' })).toMatchObject({ exitCode: 0 });
    for (const call of ['auth list --file x.json', 'auth token list --file y.json'])
      expect(await run(call, {}, { uid })).toMatchObject({ exitCode: 0 });
    const given = { OPENCODE_AUTH_CONTENT: '{}' };
    expect(await run('auth list', given, { uid })).toMatchObject({ exitCode: 0 });
  });

  it.each([
    ['auth list', 'XDG_DATA_HOME'],
    ['auth doctor', 'XDG_DATA_HOME'],
    ['auth token list', 'XDG_CONFIG_HOME'],
    ['serve --port 0', 'XDG_CONFIG_HOME'],
  ])('the command %s names the variable to set: %s', async (call, variable) => {
    const result = await run(call, {}, { uid });
    expect(result).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(`Set HOME, or ${variable}`),
    });
    expectOneLine(result);
  });

  it('the library throws a StoreError where there is no home directory', async () => {
    const library = JSON.stringify(path.join(path.dirname(command), '..', 'index.js'));
    const program = `
      const { Auth, openTokens } = await import(${library});
      for (const call of [() => Auth.all(), () => openTokens().list()])
        await (async () => call())().catch(({ name, code, definite }) => console.log(name, code, definite));`;
    const line = `${JSON.stringify(process.execPath)} --input-type=module -e '${program}'`;
    const { stdout } = await bash(line, {}, { uid });
    expect(stdout).toBe('StoreError E_INPUT true\nStoreError E_INPUT true');
  });
});

describe('harmless advice of the doctor', () => {
  it('the doctor advises neither chmod nor removal for what is not a file beside the file', async () => {
    const user = newUser();
    user.writeFile({});
    execFileSync('mkfifo', [`${user.file}.last`]);
    symlinkSync('/etc', `${user.file}.corrupt-0`);
    mkdirSync(`${user.file}.lock`);
    writeFileSync(`${user.file}.intents`, '', { mode: 0o666 });
    const { stdout } = await user.auth(['doctor']);
    expect(stdout).toContain('last-committed copy: it is a pipe, not a file');
    expect(stdout).toContain('auth.json.corrupt-0 is a symbolic link, not a file');
    expect(stdout).not.toMatch(/chmod|remove it/i);
  });

  it("the doctor advises chmod for the user's own directory, and not for that of another user", async (context) => {
    const user = newUser();
    user.writeFile({});
    const directory = path.dirname(user.file);
    chmodSync(directory, 0o777);
    expect((await user.auth(['doctor'])).stdout).toContain(`chmod go-w ${directory}`);
    if (lacks('root')) context.skip('only root can own a directory as another user does');
    chmodSync(user.home, 0o711);
    chownSync(directory, 54321, 54321);
    const { stdout } = await run(`auth doctor --file ${user.file}`, {}, { uid: 54320 });
    expect(stdout).toContain('Keep the file in a directory of your own');
    expect(stdout).not.toContain('chmod');
  });
});

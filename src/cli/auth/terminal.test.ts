import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { command } from '../command.test.helper.js';
import { holdfastOnTerminal } from '../pseudo-terminal.test.helper.js';
import { widthOf } from '../text.js';
import { newUser, sample, secrets, type User } from './auth.test.helper.js';

/** Runs a command on a pseudo-terminal, presses keys once it asks, and tells whether the terminal echoes. */
const typist = `
import json, os, pty, sys, termios, time
keys, command = sys.argv[1], sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
output = b''
def read():
    global output
    try:
        more = os.read(terminal, 4096)
    except OSError:
        return False
    output += more
    return more != b''
def echoes():
    return bool(termios.tcgetattr(terminal)[3] & termios.ECHO)
before = echoes()
asked = None
if keys:
    while b'(not shown): ' not in output and b'Type yes: ' not in output and read():
        pass
    # The question is written just before the terminal is made silent.
    for _ in range(3000):
        if not echoes():
            break
        time.sleep(0.02)
    asked = echoes()
    os.write(terminal, keys.encode())
while b'stored' not in output and b'nothing' not in output and b'removed' not in output and read():
    pass
while read():
    pass
status = os.waitpid(pid, 0)[1]
print(json.dumps({'before': before, 'asked': asked, 'output': output.decode(), 'status': os.waitstatus_to_exitcode(status)}))
`;

import { eachInTiers } from '../../tiers.test.helper.js';
import { patienceMs } from '../../waiting.test.helper.js';

/** The same, and what the terminal is like afterwards: by `stty`, in the terminal's own session. */
async function onTerminal(user: User, keys: string, args: string[], env: NodeJS.ProcessEnv = {}) {
  const script = '"$@"; code=$?; stty -a | grep -Eo -- "-?\\becho\\b"; exit $code';
  const program = ['sh', '-c', script, 'sh', process.execPath, command, 'auth', ...args];
  const { stdout } = await execa('python3', ['-IS', '-c', typist, keys, ...program], {
    env: { ...user.env, ...env },
    timeout: patienceMs,
  });
  const result: { before: boolean; asked: boolean; output: string; status: number } = JSON.parse(stdout);
  return { ...result, after: /(^|\s)echo\s*$/.test(result.output) };
}

const hasPython = spawnSync('python3', ['-c', 'import pty, os; os.waitstatus_to_exitcode']).status === 0;
const reason = hasPython ? '' : ' (skipped: no python3 to make a pseudo-terminal)';

describe.skipIf(!hasPython)(`on a terminal${reason}`, () => {
  eachInTiers([50, 80])(
    'a list of entries is no wider than %d columns, and wide names line up',
    async (columns) => {
      const user = newUser();
      user.writeFile({
        日本語のプロバイダー: { type: 'api', key: secrets.key },
        plain: { type: 'api', key: secrets.key },
        ['a-name-that-is-long-'.repeat(5)]: { type: 'api', key: secrets.key },
      });
      const { lines } = await holdfastOnTerminal(['auth', 'list'], { columns, env: user.env });
      const rows = lines.filter((line) => line !== '');
      expect(rows).toHaveLength(4);
      expect(rows.filter((line) => widthOf(line) > columns)).toEqual([]);
      const padded = rows.slice(1).map((line) => widthOf(line.slice(0, line.indexOf('api  '))));
      expect(new Set(padded).size).toBe(1);
      const revealed = await holdfastOnTerminal(['auth', 'list', '--reveal'], { columns, env: user.env });
      expect(revealed.output.split(secrets.key)).toHaveLength(4);
    },
  );

  it('a secret is asked for and not echoed, and what is typed can be corrected', async () => {
    const user = newUser();
    const typed = `CANARY-wrong\u0015${secrets.key.slice(0, -1)}q\u007f${secrets.key.slice(-1)}\r`;
    const result = await onTerminal(user, typed, ['set', 'anthropic']);
    expect(result).toMatchObject({ before: true, asked: false, after: true, status: 0 });
    expect(result.output).not.toContain('CANARY');
    expect(user.readFile()).toEqual({ anthropic: { type: 'api', key: secrets.key } });
  });

  eachInTiers<[string, string, number]>(
    [
      ['Ctrl-C', 'CANARY\u0003', 130],
      ['Ctrl-D', '\u0004', 2],
      ['Return alone', '\r', 2],
    ],
    2,
  )('%s stores nothing and restores the terminal', async (_, keys, status) => {
    const user = newUser();
    const result = await onTerminal(user, keys, ['set', 'anthropic']);
    expect(result).toMatchObject({ asked: false, after: true, status });
    expect(result.output).not.toContain('CANARY');
    expect(existsSync(user.file)).toBe(false);
  });

  // The question for a secret, above, is answered by the other keys, too.
  eachInTiers<[string, number, boolean]>(
    [
      ['yes\r', 0, false],
      ['y\r', 2, true],
      ['\r', 2, true],
      ['\u0003', 2, true],
      ['\u0004', 2, true],
    ],
    2,
  )('forget --all needs the answer yes, and nothing else: %j', async (keys, status, isThere) => {
    const user = newUser();
    user.writeFile(sample);
    const result = await onTerminal(user, keys, ['forget', '--all']);
    expect(result).toMatchObject({ after: true, status });
    expect(existsSync(user.file)).toBe(isThere);
  });

  it('the output has colours unless the user wants none', async () => {
    const user = newUser();
    user.writeFile(sample);
    const coloured = await onTerminal(user, '', ['list'], {
      NO_COLOR: undefined,
      CI: undefined,
      TERM: 'xterm',
    });
    expect(coloured.output).toContain('\u001b[');
    const plain = await onTerminal(user, '', ['list'], { NO_COLOR: '1', FORCE_COLOR: '1' });
    expect(plain.output).toContain('copilot');
    expect(plain.output).not.toContain('\u001b[');
  });
});

it('the output to a pipe has no colours, unless they are forced, and never where the user wants none', async () => {
  const outputOf = async (name: string, env: NodeJS.ProcessEnv) => {
    const user = newUser({ NO_COLOR: undefined, FORCE_COLOR: undefined, ...env });
    user.writeFile(sample);
    // One of them in a process of its own, whose output is a pipe.
    const run = name === 'list' && env.FORCE_COLOR && !env.NO_COLOR ? user.authAlone : user.auth;
    return (await run([name])).stdout;
  };
  for (const name of ['list', 'doctor']) {
    expect(await outputOf(name, {})).not.toContain('\u001b[');
    expect(await outputOf(name, { FORCE_COLOR: '1' })).toContain('\u001b[');
    expect(await outputOf(name, { FORCE_COLOR: '1', NO_COLOR: '1' })).not.toContain('\u001b[');
  }
});

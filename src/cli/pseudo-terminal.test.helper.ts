import { spawnSync } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { execa } from 'execa';
import { command, neutral, newDirectory } from './command.test.helper.js';

/** Runs a command on a pseudo-terminal of a width, sends it a signal once its output has a text, and returns all that it has written. */
const terminal = `
import fcntl, json, os, pty, signal, struct, sys, termios
columns, awaited, command = int(sys.argv[1]), sys.argv[2].encode(), sys.argv[3:]
size = struct.pack('HHHH', 50, columns, 0, 0)
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, size)
    os.execvp(command[0], command)
output = b''
while True:
    try:
        more = os.read(fd, 65536)
    except OSError:
        break
    if more == b'':
        break
    output += more
    if awaited and awaited in output:
        awaited = b''
        os.kill(pid, signal.SIGINT)
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
print(json.dumps({'output': output.decode(), 'exitCode': status}))
`;

export const hasTerminal =
  spawnSync('python3', ['-c', 'import pty, os; os.waitstatus_to_exitcode']).status === 0;
export const noTerminal = hasTerminal ? '' : ' (skipped: no python3 to make a pseudo-terminal)';

export interface TerminalOptions {
  /** The command's program; default: that of the product alone. */
  program?: string;
  columns?: number;
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Ctrl-C is pressed once this was written. */
  interruptAt?: string;
}

/**
 * Runs the command on a real terminal.
 * @returns the lines that stay on the screen, without colours, and the whole output
 */
export async function holdfastOnTerminal(args: readonly string[], options: TerminalOptions = {}) {
  const { program = command, columns = 80, cwd = newDirectory(), env = {}, interruptAt = '' } = options;
  const run = [process.execPath, program, ...args];
  const { stdout } = await execa('python3', ['-c', terminal, `${columns}`, interruptAt, ...run], {
    cwd,
    env: { TERM: 'xterm-256color', ...neutral, ...env },
  });
  const { output, exitCode }: { output: string; exitCode: number } = JSON.parse(stdout);
  const lines = output
    .replaceAll('\r\n', '\n')
    .split('\n')
    // What is drawn over does not stay.
    .map((line) => stripVTControlCharacters(line.split('\r').at(-1) ?? ''));
  return { lines, output, exitCode, cwd };
}

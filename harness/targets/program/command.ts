import { spawn } from 'node:child_process';
import type { Ended } from '../../programs/outcome.js';
import { childrenOf } from '../children.js';

export interface CommandEnd extends Ended {
  signal: NodeJS.Signals | null;
  output: string;
  isLate: boolean;
}

const closeMsMax = 1000;
const keptMax = { output: 4_000_000, errors: 4000 };

/** `?`: some architectures have no such call. */
const delayed = '?open,openat,?openat2,?creat,read,pread64,readv';

/**
 * Makes each open and each read of the file take longer, by strace. What a program has read is older when it writes, and a file
 * that it has emptied stays empty for longer. By a filter in the kernel, so that no other call is stopped.
 */
export function slowed(argv: readonly string[], file: string, slowMs: number | undefined): string[] {
  if (slowMs === undefined) return [...argv];
  const delay = `inject=${delayed}:delay_exit=${Math.round(slowMs * 1000)}`;
  const quietly = ['-f', '--seccomp-bpf', '-qqq', '-o', '/dev/null'];
  return ['strace', ...quietly, '-P', file, '-e', `trace=${delayed}`, '-e', delay, ...argv];
}

/**
 * Runs a command to its end. It stays in the process group of this process, so that whatever kills that reaches it, too.
 * @param timeoutMs after which it is killed, with its children
 * @throws Error marked `definite` if it could not be started: then it has done nothing
 */
export function runCommand(
  { argv, env }: { argv: readonly string[]; env: Record<string, string> },
  { home, input = '', timeoutMs }: { home: string; input?: string; timeoutMs: number },
): Promise<CommandEnd> {
  const [command = '', ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, cwd: home, stdio: 'pipe' });
    let [output, errors, isLate] = ['', '', false];
    child.stdout.on('data', (data: Buffer) => {
      if (output.length < keptMax.output) output += data;
    });
    child.stderr.on('data', (data: Buffer) => {
      errors = (errors + data).slice(-keptMax.errors);
    });
    // It need not read what it is given.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    const late = setTimeout(() => {
      isLate = true;
      if (child.pid !== undefined) killTree(child.pid);
    }, timeoutMs);
    child.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(late);
      reject(Object.assign(new Error(`${command} could not be started: ${error.code}`), { definite: true }));
    });
    // All that it has printed is there at its `close`, for which a child that it has left behind may keep us waiting.
    child.once('exit', (code, signal) => {
      clearTimeout(late);
      const end = () => resolve({ code, signal, output, errors, isLate });
      child.once('close', end);
      setTimeout(end, closeMsMax).unref();
    });
  });
}

/** SIGKILL to a process and, where the kernel names them, to all below it: others end with their client's process group. */
export function killTree(pid: number): void {
  const below = childrenOf(pid);
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
  for (const child of below) killTree(child);
}

import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('./fixtures/warm-command.mjs', import.meta.url));

export interface Run {
  /** The program: that of the product, or of the harness. */
  command: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  input: string | Uint8Array;
}

export interface Answer {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** One for each command, for all files that this worker runs: it ends with the worker. */
const warm = new Map<string, ChildProcess>();
let last: Promise<unknown> = Promise.resolve();

/** Runs the command to its end in a process that runs many, one after the other. */
export function runWarm(run: Run): Promise<Answer> {
  const answer = last.then(() => ask(run));
  last = answer.catch(() => {});
  return answer;
}

async function ask({ command, args, env, cwd, input }: Run): Promise<Answer> {
  const child = warm.get(command) ?? fork(program, [command], { execArgv: [] });
  warm.set(command, child);
  const answer = await new Promise<Answer>((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code, signal) => {
      warm.delete(command);
      reject(new Error(`holdfast ${args.join(' ')} ended its process: ${signal ?? `exit code ${code}`}`));
    });
    child.send({ args, env: { ...process.env, ...env }, cwd, input: Buffer.from(input).toString('base64') });
  });
  child.removeAllListeners('exit');
  const { exitCode, stdout, stderr } = answer;
  return { exitCode, stdout: withoutLineEnd(stdout), stderr: withoutLineEnd(stderr) };
}

const withoutLineEnd = (text: string) => text.replace(/\r?\n$/, '');

import { type ChildProcess, fork } from 'node:child_process';
import { chmodSync, cpSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { newDirectory } from './command.test.helper.js';

const program = fileURLToPath(new URL('./fixtures/warm-command.mjs', import.meta.url));

export interface Run {
  /** The program: that of the product, or of the harness. */
  command: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  input: string | Uint8Array;
  /** The user that runs it; default: the one that runs the tests. */
  uid?: number;
  /** The environment has nothing but what is given. */
  isBare?: boolean;
}

export interface Answer {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Those that run nothing now, by their commands and users, for all files that this worker runs: they end with the worker. */
const idle = new Map<string, ChildProcess[]>();
let last: Promise<unknown> = Promise.resolve();

/** Runs the command to its end in a process that runs many, one after the other. */
export function runWarm(run: Run): Promise<Answer> {
  const answer = last.then(() => runBeside(run));
  last = answer.catch(() => {});
  return answer;
}

/** The same at once, beside others that have not ended: in another process that runs many. */
export async function runBeside({ command, args, env, cwd, input, uid, isBare }: Run): Promise<Answer> {
  const name = `${uid} ${command}`;
  const child = idle.get(name)?.pop() ?? start(command, uid);
  const answer = await new Promise<Answer & { keptAliveBy?: string[] }>((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code, signal) =>
      reject(new Error(`holdfast ${args.join(' ')} ended its process: ${signal ?? `exit code ${code}`}`)),
    );
    const all = isBare ? env : { ...process.env, ...env };
    child.send({ args, env: all, cwd, input: Buffer.from(input).toString('base64') });
  });
  child.removeAllListeners('exit');
  if (answer.keptAliveBy) throw new Error(`holdfast ${args.join(' ')} does not end: ${answer.keptAliveBy}`);
  idle.set(name, [...(idle.get(name) ?? []), child]);
  const { exitCode, stdout, stderr } = answer;
  return { exitCode, stdout: withoutLineEnd(stdout), stderr: withoutLineEnd(stderr) };
}

function start(command: string, uid?: number): ChildProcess {
  if (uid === undefined) return fork(program, [command], { execArgv: [] });
  // Where other users can read it, from a place that they can be in.
  const copy = path.join(newDirectory(), path.basename(program));
  cpSync(program, copy);
  chmodSync(path.dirname(copy), 0o755);
  return fork(copy, [command], { execArgv: [], cwd: '/', uid, gid: uid });
}

const withoutLineEnd = (text: string) => text.replace(/\r?\n$/, '');

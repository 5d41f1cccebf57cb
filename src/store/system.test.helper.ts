import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { expect, inject } from 'vitest';
import { patienceMs } from '../waiting.test.helper.js';
import { newDirectory, runCommand } from './scratch.test.helper.js';

/** A module of the store by itself: processes of it start at once, also as another user. */
export const built = (name: string) =>
  path.join(inject('installation'), 'build', 'src', 'store', `${name}.js`);

/** What users import, which starts in half the time that its modules take one by one. */
export const library = path.join(inject('installation'), 'dist', 'src', 'index.js');

/** Runs a program that imports what was built: it starts ten times as fast as one that compiles the sources first. */
export function runBuilt(source: string, env: NodeJS.ProcessEnv = {}) {
  return runCommand([process.execPath, '--input-type=module', '-e', source], env);
}

/** Before a command: what makes it run as a user who owns nothing. */
export const asNobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];

const injects = 'strace -f -e inject=rename:error=EPERM:when=9 -o /dev/null true';
const attaches = `sleep 60 & strace -o /dev/null -p $! 2>&1 |
  { read -r line; kill $!; case "$line" in *attached) ;; *) exit 1;; esac; }`;

/** What some systems do not grant. Where a test is skipped for it, the reason is printed. */
const probes = {
  root: ['sh', '-c', 'test "$(id -u)" = 0'],
  // Some systems let it follow no process but its own children.
  strace: ['sh', '-c', `${injects} && ${attaches}`],
  // Another user must be able to run Node, too: it may lie in the home of this one.
  setpriv: [...asNobody, process.execPath, '--version'],
  mount: ['unshare', '--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt'],
  pid: ['unshare', '--pid', '--fork', '--mount-proc', 'true'],
  time: ['unshare', '--time', '--boottime', '1000', '--fork', 'true'],
  users: [...asNobody, 'unshare', '-Ur', 'true'],
  uts: ['unshare', '--uts', 'hostname', 'another'],
};
type Need = keyof typeof probes;
const found = new Map<Need, boolean>();

/** For `skipIf`: is something of this not to be had here? */
export function lacks(...needs: Need[]): boolean {
  const missing = needs.filter((need) => !has(need));
  if (missing.length > 0) process.stderr.write(`skipped: ${missing.join(', ')} not to be had here\n`);
  return missing.length > 0;
}

function has(need: Need): boolean {
  const [command = '', ...args] = probes[need];
  const known = found.get(need) ?? spawnSync(command, args, { timeout: patienceMs }).status === 0;
  found.set(need, known);
  return known;
}

/** Before a command: what makes it run in namespaces of its own, after a mount. */
export const having = (script: string, ...flags: string[]) => [
  ...['unshare', '--mount', ...flags, 'sh', '-ec', `${script}\nexec "$@"`, 'sh'],
];

export interface Answer {
  ok: boolean;
  value?: unknown;
  code?: string;
  definite?: boolean;
  message?: string;
}

interface WriterOptions {
  wrapper?: string[];
  env?: NodeJS.ProcessEnv;
  /** Runs before the store is loaded. */
  setup?: string;
  options?: object;
}

/** A process that calls the store when it is told to. */
export async function newWriter({ wrapper = [], env = {}, setup = '', options = {} }: WriterOptions = {}) {
  const source = `
    import fs from 'node:fs';
    import { createInterface } from 'node:readline';
    ${setup}
    const { openStore } = await import(${JSON.stringify(library)});
    const stores = new Map();
    const answer = (of) => fs.writeSync(1, JSON.stringify(of) + '\\n');
    fs.writeSync(1, process.pid + '\\n');
    for await (const line of createInterface({ input: process.stdin })) {
      const [method, file, ...args] = JSON.parse(line);
      if (!stores.has(file)) stores.set(file, openStore(file, ${JSON.stringify(options)}));
      const store = stores.get(file);
      const call = method === 'add' ? store.update(args[0], (old) => (old ?? 0) + args[1]) : store[method](...args);
      await call.then(
        (value) => answer({ ok: true, value }),
        ({ code, definite, message }) => answer({ ok: false, code, definite, message }),
      );
    }`;
  const running = runCommand([...wrapper, process.execPath, '--input-type=module', '-e', source], env);
  const pid = Number(await running.line());
  return {
    ...running,
    /** As it is called outside its namespace only if it has none of its own. */
    pid,
    async call(...request: unknown[]): Promise<Answer> {
      running.tell(JSON.stringify(request));
      return JSON.parse(await running.line());
    },
  };
}

export type Writer = Awaited<ReturnType<typeof newWriter>>;

/** One system call, with the lines of the trace in which it begins and returns. */
export interface SystemCall {
  name: string;
  args: string;
  result: string;
  began: number;
  ended: number;
}

/**
 * Traces the system calls of a process while something is done.
 * @param expressions of `strace -e`, or a path for `-P`; what `inject` counts, it counts in each thread
 * @param threads false for the main thread alone
 */
export async function trace(
  pid: number,
  expressions: string[],
  act: () => Promise<unknown>,
  threads = true,
): Promise<SystemCall[]> {
  const output = path.join(newDirectory(), 'trace');
  const flags = expressions.flatMap((expression) =>
    expression.startsWith('/') ? ['-P', expression] : ['-e', expression],
  );
  const all = [...(threads ? ['-f'] : []), '-y', '-s', '40', '-o', output, ...flags, '-p', String(pid)];
  const strace = spawn('strace', all, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(strace, 'exit');
  await untilItSays(strace.stderr, 'attached');
  try {
    await act();
    expect([strace.exitCode, strace.signalCode]).toEqual([null, null]);
  } finally {
    strace.kill('SIGINT');
    await ended;
  }
  return callsIn(readFileSync(output, 'utf8'), threads ? undefined : String(pid));
}

/** Goes on reading: strace reports each new thread, too, and a closed pipe would end it in the middle of a trace. */
function untilItSays(output: Readable, word: string): Promise<void> {
  let said = '';
  return new Promise((resolve, reject) => {
    output.on('data', (chunk) => {
      said += chunk;
      if (said.includes(word)) resolve();
    });
    output.on('end', () => reject(new Error(`strace ended: ${said}`)));
  });
}

function callsIn(text: string, thread: string | undefined): SystemCall[] {
  const calls: SystemCall[] = [];
  const open = new Map<string, SystemCall>();
  text.split('\n').forEach((line, at) => {
    const [, id = '', rest = ''] = thread ? ['', thread, line] : (/^(\d+)\s+(.*)/.exec(line) ?? []);
    const resumed = /^<\.\.\. \w+ resumed>.*= (.*)$/.exec(rest);
    if (resumed) {
      Object.assign(open.get(id) ?? {}, { ended: at, result: resumed[1] });
      return;
    }
    const [, name = '', args = '', result = ''] =
      /^(\w+)\((.*?)(?:\) += (.*)| <unfinished \.\.\.>)$/.exec(rest) ?? [];
    if (!name) return;
    const call = {
      name,
      args,
      result,
      began: at,
      ended: rest.endsWith('<unfinished ...>') ? Number.POSITIVE_INFINITY : at,
    };
    open.set(id, call);
    calls.push(call);
  });
  return calls;
}

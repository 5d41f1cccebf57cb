import childProcess from 'node:child_process';
import cluster from 'node:cluster';
import os from 'node:os';
import workerThreads from 'node:worker_threads';
import type { Call, Calls } from './call.js';
import { errnoError } from './evidence.js';
import type { Loop } from './loop.js';
import { real } from './real.js';

let pid = real.pid;
let startTime = 0;

/**
 * The process's number in this execution: its real one is another one each time.
 * @param ticks when it started, in clock ticks since boot
 */
export function setPid(value: number, ticks = 0): void {
  pid = value;
  startTime = ticks;
}

/**
 * Asks the scheduler if the process of this number is alive. It is a call like any other, because the answer depends on the
 * order of steps, as the content of a file does.
 * @returns the start time of the process, in clock ticks since boot; fails with ESRCH where there is none
 */
export function asksLife(of: number): Call {
  return {
    call: 'alive',
    of,
    run: ({ startTime }) => {
      if (startTime === undefined) throw errnoError('ESRCH', 'kill', undefined);
      return startTime;
    },
  };
}

/** The boot id of the one virtual machine that every replay runs on. */
export const bootId = '00000000-0000-4000-8000-000000000000\n';

/** Replaces what a process knows of itself and of others, and refuses what would start another one outside the gate. */
export function replaceProcess(loop: Loop, run: (call: Call) => unknown): void {
  Object.defineProperty(process, 'pid', { get: () => pid, configurable: true });
  Object.defineProperty(process, 'ppid', { get: () => 1, configurable: true });
  os.hostname = () => 'gated';
  process.kill = (of: number, signal: string | number = 'SIGTERM') => {
    if (signal === 0) {
      run(asksLife(of));
      return true;
    }
    if (of === pid) return loop.halt('crashed', `it sent itself ${signal}`);
    return loop.halt('refused', `it sends ${signal} to process ${of}`);
  };
  process.exit = (code?: unknown) => loop.halt('crashed', `it ended itself with code ${code ?? 0}`);
  process.abort = () => loop.halt('crashed', 'it aborted itself');

  const starts = ['exec', 'execFile', 'execFileSync', 'execSync', 'fork', 'spawn', 'spawnSync'];
  for (const name of starts) {
    Object.assign(childProcess, {
      [name]: (...args: unknown[]) =>
        loop.halt('refused', `it starts another process, ${name}(${String(args[0])}), outside the gate`),
    });
  }
  const refuseThread = () => loop.halt('refused', 'it starts a worker thread, outside the gate');
  Object.assign(workerThreads, {
    Worker: class {
      constructor() {
        refuseThread();
      }
    },
  });
  Object.assign(cluster, { fork: refuseThread });
}

/** A virtual process in `/proc`, as far as programs look there to tell one process from a later one of the same number. */
export function processOfStat(place: unknown): number | undefined {
  const [, name] = /^\/proc\/(\d+|self)\/stat$/.exec(String(place)) ?? [];
  if (name === undefined) return undefined;
  return name === 'self' ? pid : Number(name);
}

/** The content of `/proc/<pid>/stat`. */
export function* readStat(of: number): Calls<string> {
  let started = startTime;
  try {
    if (of !== pid) started = (yield asksLife(of)) as number;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH')
      throw errnoError('ENOENT', 'open', `/proc/${of}/stat`);
    throw error;
  }
  // Its start time is field 22, as proc(5) counts.
  const rest = Array.from({ length: 30 }, (_, index) => (index === 18 ? started : 0));
  return `${of} (node) S ${rest.join(' ')}\n`;
}

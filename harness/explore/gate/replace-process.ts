import childProcess from 'node:child_process';
import cluster from 'node:cluster';
import os from 'node:os';
import workerThreads from 'node:worker_threads';
import type { Call } from '../calls/call.js';
import { asksLife } from '../calls/proc.js';
import type { Self } from '../calls/self.js';
import type { Loop } from './loop.js';

/** Replaces what a process knows of itself and of others, and refuses what would start another one outside the gate. */
export function replaceProcess(self: Self, loop: Loop, run: (call: Call) => unknown): void {
  Object.defineProperty(process, 'pid', { get: () => self.pid, configurable: true });
  Object.defineProperty(process, 'ppid', { get: () => 1, configurable: true });
  os.hostname = () => 'gated';
  process.kill = (of: number, signal: string | number = 'SIGTERM') => {
    if (signal === 0) {
      run(asksLife(of));
      return true;
    }
    if (of === self.pid) return loop.halt('crashed', `it sent itself ${signal}`);
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

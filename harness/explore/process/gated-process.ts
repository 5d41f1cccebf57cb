import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { sandboxEnvironment } from '../../line/sandbox.js';
import type { BlockingProcess } from '../protocol/client-process.js';
import type { ClientSetup, Grant, Report } from '../protocol/protocol.js';
import type { PipeStock } from './pipes.js';

const preload = fileURLToPath(new URL('../gate/preload.js', import.meta.url));

/** Shows a watching thread which process this thread waits for, and since when: it can't answer while it is blocked. */
export interface Heartbeat {
  /**
   * Three numbers: the pid of the process that this thread waits for, 0 for none; how often it has waited; and 1 if the
   * watchdog ended that process while it was blocked in the kernel, and did not compute.
   */
  cells: Int32Array;
}

/** @param pid of a process, or negative of a group */
export function killIfThere(pid: number): void {
  if (pid === 0) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

export const heartbeatCells = 3;
export const noHeartbeat: Heartbeat = { cells: new Int32Array(heartbeatCells) };

const chunk = Buffer.allocUnsafe(256 * 1024);

/** A real process whose calls of the file system wait for us. All that is said between us blocks the one who listens. */
export class GatedProcess implements BlockingProcess {
  /** False once it was killed: it takes part no more. */
  isAlive = true;
  /** True while it is between two executions. */
  isIdle = true;
  /** It was ended because it did not come to a stop, and was blocked in a call that is not stopped. */
  wasBlocked = false;
  /** What it has done outside the gate, in words. */
  readonly unsteered = new Set<string>();
  private readonly child: ChildProcess;
  private readonly down: number;
  private readonly up: number;
  private readonly errors: string;
  private readonly isWatched: boolean;
  private rest = '';

  /**
   * @param directory of its own, for what it writes on its standard error
   * @param command what starts it, like `strace`; `%d` stands for the directory
   */
  constructor(
    setup: ClientSetup,
    directory: string,
    pipes: PipeStock,
    private readonly heartbeat: Heartbeat,
    command: readonly string[] = [],
  ) {
    const { theirs, down, up } = pipes.open();
    this.down = down;
    this.up = up;
    mkdirSync(directory, { recursive: true });
    this.errors = path.join(directory, 'errors');
    const errors = openSync(this.errors, 'w');
    this.isWatched = command.length > 0;
    const words = command.map((word) => word.replace('%d', directory));
    const [program = process.execPath, ...args] = [...words, process.execPath];
    this.child = spawn(program, [...args, '--no-warnings', '--import', preload, '-e', '0'], {
      cwd: setup.root,
      env: { ...sandboxEnvironment(setup.root, process.env), HOLDFAST_GATE: JSON.stringify(setup) },
      stdio: ['ignore', 'ignore', errors, ...theirs],
      // A program that watches it does not end with it when it is killed.
      detached: this.isWatched,
    });
    this.child.on('error', () => {});
    for (const descriptor of [...theirs, errors]) closeSync(descriptor);
  }

  /** To be killed by: negative for a group of processes. */
  get pid(): number {
    const { pid = 0 } = this.child;
    return this.isWatched ? -pid : pid;
  }

  send(grant: Grant): void {
    if (!this.isAlive) return;
    try {
      writeSync(this.down, `${JSON.stringify(grant)}\n`);
    } catch (error) {
      // It has ended by itself: the next report says so.
      if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
    }
  }

  /** Blocks until the process has come to a stop. @returns undefined if it is gone */
  receive(): Report | undefined {
    const { cells } = this.heartbeat;
    for (;;) {
      const end = this.rest.indexOf('\n');
      if (end >= 0) {
        const line = this.rest.slice(0, end);
        this.rest = this.rest.slice(end + 1);
        const report = JSON.parse(line) as Report;
        for (const words of report.unsteered ?? []) this.unsteered.add(words);
        return report;
      }
      Atomics.store(cells, 0, this.pid);
      const count = readSync(this.up, chunk);
      Atomics.store(cells, 0, 0);
      Atomics.add(cells, 1, 1);
      if (count === 0) {
        this.wasBlocked = Atomics.exchange(cells, 2, 0) === 1;
        this.kill();
        return undefined;
      }
      this.rest += chunk.toString('utf8', 0, count);
    }
  }

  /** What it last wrote on its standard error, for an internal error's message. */
  errorOutput(): string {
    return readFileSync(this.errors, 'utf8').trim().split('\n').slice(-4).join(' ').slice(0, 600);
  }

  kill(): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    // The number of a process that has ended may belong to another now. Node knows that of its own child.
    if (this.isWatched) killIfThere(this.pid);
    else this.child.kill('SIGKILL');
    closeSync(this.down);
    closeSync(this.up);
  }
}

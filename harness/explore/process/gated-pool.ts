import * as fs from 'node:fs';
import path from 'node:path';
import {
  type Executed,
  type ExecutionOptions,
  LostProcessError,
  pidOf,
  startTimeOf,
} from '../execution/executed.js';
import { ProcessPool } from '../execution/process-pool.js';
import { type Run, runBlocking } from '../execution/run.js';
import type { Strategy } from '../execution/strategy.js';
import type { BlockingProcess } from '../protocol/client-process.js';
import type { ClientSetup } from '../protocol/protocol.js';
import { World } from '../world/world.js';
import { GatedProcess, type Heartbeat, noHeartbeat } from './gated-process.js';
import { PipeStock } from './pipes.js';

/** A process that has lived so often is replaced: what a library registers for good adds up. */
const livesMax = 5000;

/** Real processes and a real directory. Everything here blocks. */
export class GatedPool extends ProcessPool {
  protected readonly pipes: PipeStock;
  private processes: BlockingProcess[] = [];
  private lives = 0;
  private born = 0;

  /**
   * @param directory the pool's own; the sandbox is inside
   * @param isFresh every execution in new processes, which import the target as it is
   */
  constructor(
    protected readonly directory: string,
    private readonly setup: Omit<ClientSetup, 'root'>,
    private readonly isFresh = false,
    protected readonly heartbeat: Heartbeat = noHeartbeat,
    private readonly command: readonly string[] = [],
  ) {
    super(new World(path.join(directory, 'sandbox'), fs));
    this.pipes = new PipeStock(path.join(directory, 'pipes'));
  }

  get isReused(): boolean {
    return this.processes.some(({ isAlive }) => isAlive);
  }

  override execute(options: ExecutionOptions, strategy: Strategy): Executed {
    try {
      return this.executeOnce(options, strategy);
    } catch (error) {
      // One that was cut off in the last execution may go on for ever without another call.
      if (!(error instanceof LostProcessError) || this.lives <= 1) throw error;
      return this.executeOnce(options, strategy);
    }
  }

  private executeOnce(options: ExecutionOptions, strategy: Strategy): Executed {
    try {
      return super.execute(options, strategy);
    } finally {
      this.lives++;
      if (this.isFresh) this.close();
    }
  }

  close(): void {
    for (const process of this.processes) process.kill();
    this.processes = [];
  }

  protected drive(run: Run): Executed {
    return runBlocking(run);
  }

  /** All that are dead or old are replaced; new ones start side by side. */
  protected ensureProcesses(count: number): void {
    if (this.lives >= livesMax) {
      this.close();
      this.lives = 0;
    }
    this.world.makeRoot();
    for (let index = 0; index < count; index++) this.acquireProcess(index, pidOf(index));
  }

  protected acquireProcess(index: number, pid: number): BlockingProcess {
    const known = this.processes[index];
    if (known?.isAlive && known.isIdle) return known;
    known?.kill();
    const directory = path.join(this.directory, `process-${this.born++}`);
    const started = this.startProcess(index, pid, directory);
    this.processes[index] = started;
    return started;
  }

  /** A new process for a client. @param directory of its own */
  protected startProcess(index: number, pid: number, directory: string): BlockingProcess {
    const setup = { ...this.setup, root: this.world.rootPath, pid, startTime: startTimeOf(index) };
    return new GatedProcess(setup, directory, this.pipes, this.heartbeat, this.command);
  }
}

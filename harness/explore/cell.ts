import path from 'node:path';
import { type Executed, type ExecutionOptions, LostProcessError, pidOf } from './executed.js';
import { Execution } from './execution.js';
import { GatedProcess, type Heartbeat, noHeartbeat } from './gated-process.js';
import { Memory } from './memory.js';
import type { ClientSetup } from './protocol.js';
import type { Strategy } from './strategies/strategy.js';
import { World } from './world.js';

/** A process that has lived so often is replaced: what a library registers for good adds up. */
const livesMax = 5000;

/** Processes and a sandbox for one execution after another. Everything here blocks. */
export class Cell {
  private readonly world: World;
  private readonly memory = new Memory();
  private processes: GatedProcess[] = [];
  private lives = 0;
  private born = 0;

  /**
   * @param directory the cell's own; the sandbox is inside
   * @param isFresh every execution in new processes, which import the target as it is
   */
  constructor(
    private readonly directory: string,
    private readonly setup: Omit<ClientSetup, 'root'>,
    private readonly isFresh = false,
    private readonly heartbeat: Heartbeat = noHeartbeat,
    private readonly command: readonly string[] = [],
  ) {
    this.world = new World(path.join(directory, 'sandbox'));
  }

  /** The next execution has processes that have been part of earlier ones. */
  get isReused(): boolean {
    return this.processes.some(({ isAlive }) => isAlive);
  }

  execute(options: ExecutionOptions, strategy: Strategy): Executed {
    try {
      return this.executeOnce(options, strategy);
    } catch (error) {
      // One that was cut off in the last execution may go on for ever without another call.
      if (!(error instanceof LostProcessError) || this.lives <= 1) throw error;
      return this.executeOnce(options, strategy);
    }
  }

  private executeOnce(options: ExecutionOptions, strategy: Strategy): Executed {
    this.staff(options.program.clients.length);
    try {
      return new Execution(options, this.world, (index) => this.hire(index), this.memory).run(strategy);
    } catch (error) {
      // Whatever they were at: the next execution begins with others.
      this.close();
      throw error;
    } finally {
      this.lives++;
      if (this.isFresh) this.close();
      this.memory.trim();
    }
  }

  close(): void {
    for (const process of this.processes) process.kill();
    this.processes = [];
  }

  /** All that are dead or old are replaced; new ones start side by side. */
  private staff(count: number): void {
    if (this.lives >= livesMax) {
      this.close();
      this.lives = 0;
    }
    this.world.makeRoot();
    for (let index = 0; index < count; index++) this.hire(index);
  }

  /** An idle process for a client. */
  private hire(index: number): GatedProcess {
    const known = this.processes[index];
    if (known?.isAlive && known.isIdle) return known;
    known?.kill();
    const directory = path.join(this.directory, `process-${this.born++}`);
    const setup = { ...this.setup, root: this.world.rootPath, pid: pidOf(index) };
    const hired = new GatedProcess(setup, directory, this.heartbeat, this.command);
    this.processes[index] = hired;
    return hired;
  }
}

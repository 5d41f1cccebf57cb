import path from 'node:path';
import type { ReadBytes } from '../../line/foreign-reader.js';
import type { ClientProcess } from '../process/client-process.js';
import { GatedProcess, type Heartbeat, noHeartbeat } from '../process/gated-process.js';
import type { ClientSetup, Operation } from '../process/protocol.js';
import { seedsOf } from '../schedule/program.js';
import { UncontrolledError } from '../world/uncontrolled.js';
import { World } from '../world/world.js';
import {
  type Executed,
  type ExecutionOptions,
  LostProcessError,
  noFaults,
  pidOf,
  startTimeOf,
} from './executed.js';
import { Execution } from './execution.js';
import { Replay } from './follow-schedule.js';
import { damageGround, fileGround, findGround, type Ground, type Trial } from './ground.js';
import { Memory } from './memory.js';
import type { Strategy } from './strategy.js';

/** What a client that is alone needs to know. */
type Surveyed = Pick<ExecutionOptions, 'label' | 'seed' | 'program'>;

/** A process that has lived so often is replaced: what a library registers for good adds up. */
const livesMax = 5000;

/** Processes and a sandbox for one execution after another. Everything here blocks. */
export class Cell {
  protected readonly world: World;
  private readonly memory = new Memory();
  private processes: ClientProcess[] = [];
  private lives = 0;
  private born = 0;
  /** What executions begin with; by default a file of entries: see ground.ts. */
  ground: Ground | undefined;

  /**
   * @param directory the cell's own; the sandbox is inside
   * @param isFresh every execution in new processes, which import the target as it is
   */
  constructor(
    protected readonly directory: string,
    private readonly setup: Omit<ClientSetup, 'root'>,
    private readonly isFresh = false,
    protected readonly heartbeat: Heartbeat = noHeartbeat,
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
    const ground = this.ground ?? fileGround(options.program);
    if (ground.obstacle !== undefined) throw new UncontrolledError(ground.obstacle);
    this.staff(options.program.clients.length);
    try {
      const hire = (index: number, pid: number) => this.hire(index, pid);
      return new Execution(options, this.world, hire, this.memory, ground).run(strategy);
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

  /** Finds out what executions on a target begin with, by one client that is alone. @param read the target's own, if it has one */
  survey(options: Surveyed, read: () => ReadBytes | undefined): Ground {
    const lone = (files: Ground['files'], action: 'layout' | 'seed') => this.runLone(options, files, action);
    return findGround(options.program, lone, this.world.rootPath, read);
  }

  /** The same for a search that damages the file. @param ground for one that does not */
  surveyForDamage(options: Surveyed, ground: Ground): Ground {
    return damageGround(ground, (files) => this.runLone(options, files, 'seed'), this.world.rootPath);
  }

  private runLone(
    { program, seed, label }: Surveyed,
    files: Ground['files'],
    does: 'layout' | 'seed',
  ): Trial {
    const seeding = seedsOf(program).map(({ key, value }): Operation => ({ action: 'seed', key, value }));
    const operations = does === 'seed' ? seeding : [{ action: does }];
    this.staff(1);
    const options: ExecutionOptions = {
      program: { clients: [operations] },
      faults: noFaults,
      seed,
      label,
      details: false,
      killsForReal: false,
      skipsKnownAudits: true,
    };
    const ground = { ...fileGround(program), files, seeds: [] };
    try {
      const hire = (index: number) => this.hire(index);
      const execution = new Execution(options, this.world, hire, new Memory(), ground);
      const { ending } = execution.run(new Replay([], true));
      return { layout: execution.chronicle.layout, ending };
    } catch (error) {
      // What can't be controlled, or never began, is for the search to say.
      if (!(error instanceof UncontrolledError || error instanceof LostProcessError)) throw error;
      this.close();
      return { layout: undefined, ending: 'stuck' };
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

  /** An idle process for a client. @param pid what it finds as its number where it looks at once */
  private hire(index: number, pid = pidOf(index)): ClientProcess {
    const known = this.processes[index];
    if (known?.isAlive && known.isIdle) return known;
    known?.kill();
    const directory = path.join(this.directory, `process-${this.born++}`);
    const hired = this.employ(index, pid, directory);
    this.processes[index] = hired;
    return hired;
  }

  /** A new process for a client. @param directory of its own */
  protected employ(index: number, pid: number, directory: string): ClientProcess {
    const setup = { ...this.setup, root: this.world.rootPath, pid, startTime: startTimeOf(index) };
    return new GatedProcess(setup, directory, this.heartbeat, this.command);
  }
}

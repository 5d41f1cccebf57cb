import type { ReadBytes } from '../../line/foreign-reader.js';
import type { ClientProcess } from '../protocol/client-process.js';
import type { Operation } from '../protocol/protocol.js';
import { UncontrolledError } from '../protocol/uncontrolled.js';
import { seedsOf } from '../schedule/program.js';
import type { World } from '../world/world.js';
import { type Caches, emptyCaches } from './caches.js';
import { type Executed, type ExecutionOptions, LostProcessError, noFaults } from './executed.js';
import { Execution } from './execution.js';
import { Replay } from './follow-schedule.js';
import { damageGround, fileGround, findGround, type Ground, type Trial } from './ground.js';
import type { PowerSupply } from './power-supply.js';
import type { Run } from './run.js';
import type { Strategy } from './strategy.js';

/** What a client that is alone needs to know. */
type Surveyed = Pick<ExecutionOptions, 'label' | 'seed' | 'program'>;

/** Processes and a sandbox for one execution after another: all that differs from one kind of process to another. */
export abstract class ProcessPool {
  private readonly caches = emptyCaches();
  /** What executions begin with; by default a file of entries: see ground.ts. */
  ground: Ground | undefined;

  /** Where the machine can lose its power. */
  protected readonly power?: PowerSupply;

  /** What can't be explored here can't be explored at all. */
  protected readonly isLast: boolean = true;

  constructor(protected readonly world: World) {}

  /** The next execution has processes that have been part of earlier ones, of which something may be left in them. */
  abstract get isReused(): boolean;

  abstract close(): void;

  /** Replaces all processes that can't take part in another execution. */
  protected abstract ensureProcesses(count: number): void;

  /** An idle process for a client. @param pid what it finds as its number where it looks at once */
  protected abstract acquireProcess(index: number, pid: number): ClientProcess;

  /** Leads an execution to its end. */
  protected abstract drive(run: Run): Executed;

  execute(options: ExecutionOptions, strategy: Strategy): Executed {
    const ground = this.ground ?? fileGround(options.program);
    if (ground.obstacle !== undefined) throw new UncontrolledError(ground.obstacle);
    try {
      return this.drive(this.begin(options, ground, this.caches).run(strategy));
    } catch (error) {
      // Whatever they were at: the next execution begins with others.
      this.close();
      throw error;
    } finally {
      this.caches.results.trim();
      this.caches.audits.trim();
    }
  }

  /** Finds out what executions on a target begin with, by one client that is alone. @param read the target's own, if it has one */
  survey(options: Surveyed, read: () => ReadBytes | undefined): Ground {
    const lone = (files: Ground['files'], action: 'layout' | 'seed') => this.runLone(options, files, action);
    return findGround(options.program, lone, this.world, read);
  }

  /** The same for a search that damages the file. @param ground for one that does not */
  surveyForDamage(options: Surveyed, ground: Ground): Ground {
    return damageGround(ground, (files) => this.runLone(options, files, 'seed'), this.world);
  }

  protected begin(options: ExecutionOptions, ground: Ground, caches: Caches): Execution {
    this.ensureProcesses(options.program.clients.length);
    return new Execution(
      options,
      this.world,
      (index, pid) => this.acquireProcess(index, pid),
      caches,
      ground,
      this.power,
    );
  }

  private runLone(
    { program, seed, label }: Surveyed,
    files: Ground['files'],
    does: 'layout' | 'seed',
  ): Trial {
    const seeding = seedsOf(program).map(({ key, value }): Operation => ({ action: 'seed', key, value }));
    const operations = does === 'seed' ? seeding : [{ action: does }];
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
      const execution = this.begin(options, ground, emptyCaches());
      const { ending } = this.drive(execution.run(new Replay([], true)));
      return { layout: execution.history.layout, ending };
    } catch (error) {
      // What can't be controlled, or never began, is for the search to say.
      const isKnown = error instanceof UncontrolledError || error instanceof LostProcessError;
      if (!isKnown || !this.isLast) throw error;
      this.close();
      return { layout: undefined, ending: 'stuck' };
    }
  }
}

import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { UsageError } from '../../../src/cli/usage-error.js';
import type { Evidence } from '../../history/evidence.js';
import { CommandPool } from '../command/command-pool.js';
import { auditCommand, blindSpots, readTraces } from '../evidence/audit.js';
import { sourcesOf, type ToSource } from '../evidence/explain.js';
import type { ExploredFailure, Replayed, ScheduleFile } from '../evidence/exploration.js';
import { DivergedError, investigate, type Pools } from '../evidence/investigate.js';
import { reportUnconfirmed } from '../evidence/unconfirmed.js';
import { type ExecutionOptions, isOnlySimulated, LostProcessError } from '../execution/executed.js';
import type { Ground } from '../execution/ground.js';
import type { Share } from '../execution/strategy.js';
import { GatedPool } from '../process/gated-pool.js';
import { UncontrolledError } from '../protocol/uncontrolled.js';
import { type CommandSource, programOf } from '../schedule/command-source.js';
import { parseProgram } from '../schedule/program.js';
import { makeStrategy, type StrategyOptions } from '../search/index.js';
import { RandomWalk } from '../search/random-walk.js';
import { type Searched, type SearchLimits, search, whyNot } from '../search/search.js';
import { NotSimulatedError } from '../sim/not-simulated.js';
import { SimPool } from '../sim/sim-pool.js';
import { groundFor, type ModuleSetup, type Prepared } from './ground-for.js';
import { replay } from './replay.js';

export interface SearchTask {
  kind: 'search';
  execution: ExecutionOptions;
  strategy: StrategyOptions;
  limits: Omit<SearchLimits, 'isStopped'>;
  share: Share;
}

export interface ReplayTask {
  kind: 'replay';
  file: ScheduleFile;
  times: number;
  lenient: boolean;
}

/** One execution under the eyes of `strace`. */
export interface AuditTask {
  kind: 'audit';
  execution: ExecutionOptions;
}

/** A program that is run, and the helper that stops it. */
export interface CommandSetup {
  command: CommandSource;
  gate: string;
}

/** What one thread does. */
export interface Job {
  /** Its own. */
  directory: string;
  setup: ModuleSetup | CommandSetup;
  task: SearchTask | ReplayTask | AuditTask;
  /** The process that it waits for; see `Heartbeat`. */
  heartbeat: Int32Array;
  /** The first number is not 0 when all are to stop. */
  stop: Int32Array;
}

export type Answer<T extends Job['task']> = T extends SearchTask
  ? SearchAnswer
  : T extends ReplayTask
    ? Replayed
    : AuditAnswer;

export interface AuditAnswer {
  /** Calls that were not stopped by the gate; undefined if they could not be seen. */
  blindSpots: string[] | undefined;
}

export interface SearchAnswer {
  /** What showed the entries, where it was not the file itself. */
  evidence?: Evidence;
  /** Why it is no store, even alone in a process. */
  noStore?: string;
  searched: Searched;
  failures: ExploredFailure[];
}

export type ThreadMessage<T extends Job['task']> =
  | { type: 'progress'; executions: number }
  | { type: 'done'; answer: Answer<T> }
  /** The user asked for what makes no sense. */
  | { type: 'refused'; why: string }
  /** The target does what is not simulated. */
  | { type: 'not simulated'; why: string };

const progressMs = 100;

function work(job: Job): SearchAnswer | Replayed | AuditAnswer {
  const { setup, task, stop } = job;
  if (task.kind === 'audit')
    return { blindSpots: 'command' in setup ? undefined : audit({ ...job, setup }, task) };
  const { pools, toSource, label, prepare } =
    'command' in setup ? commandBench(job, setup) : moduleBench(job, setup);
  try {
    const ground = prepare(
      task.kind === 'replay'
        ? {
            program: parseProgram(task.file.program),
            faults: task.file.faults,
            ...(task.file.conditions ? { conditions: task.file.conditions } : {}),
          }
        : task.execution,
    );
    pools.quick.ground = ground;
    pools.fresh.ground = ground;
    const executor = pools.isSimulated ? 'sim' : 'process';
    if (task.kind === 'replay')
      return replay(
        executor === 'sim' ? { ...pools, fresh: pools.quick } : pools,
        task,
        label,
        toSource,
        executor,
      );
    const isStopped = () => Atomics.load(stop, 0) !== 0;
    const strategy = makeStrategy(task.strategy, task.share);
    // A real machine can't lose its power, or be another: what is run again is run from the beginning, without what is remembered.
    if (isOnlySimulated(task.execution) && 'simBundle' in setup && setup.simBundle !== undefined) {
      pools.fresh = new SimPool({ ...setup, bundle: setup.simBundle }, { usesMemo: false });
      pools.fresh.ground = ground;
    }
    const searched = search(pools.quick, task.execution, strategy, { ...task.limits, isStopped }, reporter());
    if (searched.isEnough) Atomics.store(stop, 0, 1);
    if (pools.isSimulated && searched.uncontrolled)
      throw new NotSimulatedError(searched.uncontrolled.sentence);
    const failures = searched.failures.map((found) => {
      try {
        return investigate(pools, task.execution, found, toSource);
      } catch (error) {
        const why: Searched['uncontrolled'] =
          error instanceof DivergedError
            ? { kind: 'nondeterministic', sentence: error.message }
            : whyNot(error);
        searched.uncontrolled ??= why;
        return reportUnconfirmed(pools, task.execution, found, toSource, why.sentence);
      }
    });
    const { evidence, noStore, obstacle } = ground;
    // Nothing was stored, or read.
    if (noStore !== undefined) return { searched, failures, noStore };
    if (evidence.of === 'file' || obstacle !== undefined) return { searched, failures };
    return { searched, failures: failures.map((failure) => ({ ...failure, evidence })), evidence };
  } finally {
    pools.quick.close();
    pools.fresh.close();
  }
}

/** Where executions are made, and how it is found out what they begin with. */
interface Bench {
  pools: Pools;
  toSource: ToSource;
  label: string;
  prepare: (what: Prepared) => Ground;
}

function moduleBench({ directory, heartbeat }: Job, setup: ModuleSetup): Bench {
  const { simBundle, ...real } = setup;
  const { bundle, ...asItIs } = real;
  // What Node can import as it is, it does.
  const isBare = /\.[cm]?js$/.test(setup.module);
  const pools: Pools = {
    quick:
      simBundle === undefined
        ? new GatedPool(path.join(directory, 'quick'), real, false, { cells: heartbeat })
        : new SimPool({ ...real, bundle: simBundle }, { heartbeat: { cells: heartbeat } }),
    fresh: new GatedPool(path.join(directory, 'fresh'), isBare ? asItIs : real, true, { cells: heartbeat }),
    ...(simBundle === undefined ? {} : { isSimulated: true }),
  };
  return {
    pools,
    toSource: sourcesOf(),
    label: setup.label,
    prepare: (what) => groundFor(pools.quick, setup, what),
  };
}

/** Every process of a program is a new one: there is nothing that would be quicker. */
function commandBench({ directory, heartbeat }: Job, { command, gate }: CommandSetup): Bench {
  const program = programOf(command);
  const pool = new CommandPool(path.join(directory, 'program'), program, gate, { cells: heartbeat });
  return {
    pools: { quick: pool, fresh: pool },
    toSource: (place) => place,
    label: program.name,
    prepare: (what) => pool.prepare(what.program),
  };
}

/** As much is under way at once as there can be: all clients by turns. */
const auditSchedules = 1;

function audit(
  { directory, setup, heartbeat }: Job & { setup: ModuleSetup },
  { execution }: AuditTask,
): string[] | undefined {
  const alone = new GatedPool(path.join(directory, 'alone'), setup, false, { cells: heartbeat });
  const ground = groundFor(alone, setup, execution);
  alone.close();
  const pool = new GatedPool(directory, setup, true, { cells: heartbeat }, auditCommand);
  pool.ground = ground;
  const strategy = new RandomWalk(execution.seed, auditSchedules, { index: 0, of: 1 });
  strategy.begin();
  try {
    const executed = pool.execute(execution, strategy);
    return blindSpots(readTraces(directory), executed, path.join(directory, 'sandbox'));
  } catch (error) {
    // No strace, or it is not allowed to look.
    if (error instanceof LostProcessError) return undefined;
    throw error;
  } finally {
    pool.close();
  }
}

function reporter(): (executions: number) => void {
  let reportedAt = performance.now();
  return (executions) => {
    if (performance.now() - reportedAt < progressMs) return;
    reportedAt = performance.now();
    parentPort?.postMessage({ type: 'progress', executions });
  };
}

function answer(job: Job): ThreadMessage<Job['task']> {
  try {
    return { type: 'done', answer: work(job) };
  } catch (error) {
    // An error of another thread is a plain one.
    if (error instanceof UsageError) return { type: 'refused', why: error.message };
    if (error instanceof UncontrolledError && 'simBundle' in job.setup) {
      Atomics.store(job.stop, 0, 1);
      return { type: 'not simulated', why: error.message };
    }
    throw error;
  }
}

// A simulation runs microtasks, so it must not begin in one, as the end of a module does.
setImmediate(() => parentPort?.postMessage(answer(workerData as Job)));

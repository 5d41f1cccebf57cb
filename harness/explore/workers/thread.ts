import { createRequire } from 'node:module';
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { UsageError } from '../../../src/cli/usage-error.js';
import type { TargetModule } from '../../core/target.js';
import type { Evidence } from '../../history/evidence.js';
import { isShipped } from '../../targets/index.js';
import { CommandCell } from '../command/command-cell.js';
import { auditCommand, blindSpots, readTraces } from '../evidence/audit.js';
import { sourcesOf, type ToSource } from '../evidence/explain.js';
import type { ExploredFailure, Replayed, ScheduleFile } from '../evidence/exploration.js';
import { type Cells, DivergedError, investigate } from '../evidence/investigate.js';
import { tellUnconfirmed } from '../evidence/unconfirmed.js';
import type { Cell } from '../execution/cell.js';
import { type ExecutionOptions, LostProcessError } from '../execution/executed.js';
import { fileGround, type Ground } from '../execution/ground.js';
import { GatedCell } from '../process/gated-cell.js';
import type { ClientSetup } from '../protocol/protocol.js';
import { UncontrolledError } from '../protocol/uncontrolled.js';
import { type CommandSource, programOf } from '../schedule/command-source.js';
import { parseProgram } from '../schedule/program.js';
import { makeStrategy, type StrategyOptions } from '../search/index.js';
import { RandomWalk, type Share } from '../search/random-walk.js';
import { type Searched, type SearchLimits, search, whyNot } from '../search/search.js';
import { NotSimulatedError } from '../sim/not-simulated.js';
import { SimCell } from '../sim/sim-cell.js';
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

type ModuleSetup = Omit<ClientSetup, 'root'> & {
  bundle: string;
  /** The target once more, for a simulation, where there is to be one. */
  simBundle?: string;
};

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
  /** The first cell is not 0 when all are to stop. */
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
  const { cells, toSource, label, prepare } =
    'command' in setup ? commandBench(job, setup) : moduleBench(job, setup);
  try {
    const ground = prepare(
      task.kind === 'replay'
        ? { program: parseProgram(task.file.program), faults: task.file.faults }
        : task.execution,
    );
    cells.quick.ground = ground;
    cells.fresh.ground = ground;
    const executor = cells.isSimulated ? 'sim' : 'process';
    if (task.kind === 'replay')
      return replay(
        executor === 'sim' ? { ...cells, fresh: cells.quick } : cells,
        task,
        label,
        toSource,
        executor,
      );
    const isStopped = () => Atomics.load(stop, 0) !== 0;
    const strategy = makeStrategy(task.strategy, task.share);
    const searched = search(cells.quick, task.execution, strategy, { ...task.limits, isStopped }, reporter());
    if (searched.isEnough) Atomics.store(stop, 0, 1);
    if (cells.isSimulated && searched.uncontrolled)
      throw new NotSimulatedError(searched.uncontrolled.sentence);
    const failures = searched.failures.map((found) => {
      try {
        return investigate(cells, task.execution, found, toSource);
      } catch (error) {
        const why: Searched['uncontrolled'] =
          error instanceof DivergedError
            ? { kind: 'nondeterministic', sentence: error.message }
            : whyNot(error);
        searched.uncontrolled ??= why;
        return tellUnconfirmed(cells, task.execution, found, toSource, why.sentence);
      }
    });
    const { evidence, noStore, obstacle } = ground;
    // Nothing was stored, or read.
    if (noStore !== undefined) return { searched, failures, noStore };
    if (evidence.of === 'file' || obstacle !== undefined) return { searched, failures };
    return { searched, failures: failures.map((failure) => ({ ...failure, evidence })), evidence };
  } finally {
    cells.quick.close();
    cells.fresh.close();
  }
}

/** Where executions are made, and how it is found out what they begin with. */
interface Bench {
  cells: Cells;
  toSource: ToSource;
  label: string;
  prepare: (what: Pick<ExecutionOptions, 'program' | 'faults'>) => Ground;
}

function moduleBench({ directory, heartbeat }: Job, setup: ModuleSetup): Bench {
  const { simBundle, ...real } = setup;
  const { bundle, ...asItIs } = real;
  // What Node can import as it is, it does.
  const isBare = /\.[cm]?js$/.test(setup.module);
  const cells: Cells = {
    quick:
      simBundle === undefined
        ? new GatedCell(path.join(directory, 'quick'), real, false, { cells: heartbeat })
        : new SimCell({ ...real, bundle: simBundle }, { heartbeat: { cells: heartbeat } }),
    fresh: new GatedCell(path.join(directory, 'fresh'), isBare ? asItIs : real, true, { cells: heartbeat }),
    ...(simBundle === undefined ? {} : { isSimulated: true }),
  };
  return {
    cells,
    toSource: sourcesOf(),
    label: setup.label,
    prepare: (what) => groundFor(cells.quick, setup, what),
  };
}

/** Every process of a program is a new one: there is nothing that would be quicker. */
function commandBench({ directory, heartbeat }: Job, { command, gate }: CommandSetup): Bench {
  const program = programOf(command);
  const cell = new CommandCell(path.join(directory, 'program'), program, gate, { cells: heartbeat });
  return {
    cells: { quick: cell, fresh: cell },
    toSource: (place) => place,
    label: program.name,
    prepare: (what) => cell.prepare(what.program),
  };
}

/** What executions begin with. The files of the stores that ship with the harness are known. */
function groundFor(
  cell: Cell,
  { label, bundle }: ModuleSetup,
  { program, faults }: Pick<ExecutionOptions, 'program' | 'faults'>,
): Ground {
  const read = () => (createRequire(bundle)(bundle) as Partial<TargetModule>).read;
  const options = { label, seed: 1, program };
  const ground = isShipped({ label }) ? fileGround(program) : cell.survey(options, read);
  if ((faults.damages ?? 0) > 0) return cell.surveyForDamage(options, ground);
  const looks = program.clients.flat().some(({ action }) => action === 'look');
  if (!looks || ground.evidence.of !== 'store') return ground;
  return { ...ground, obstacle: `"look" opens the file, and that is no evidence: ${ground.evidence.why}` };
}

/** As much is under way at once as there can be: all clients by turns. */
const auditSchedules = 1;

function audit(
  { directory, setup, heartbeat }: Job & { setup: ModuleSetup },
  { execution }: AuditTask,
): string[] | undefined {
  const alone = new GatedCell(path.join(directory, 'alone'), setup, false, { cells: heartbeat });
  const ground = groundFor(alone, setup, execution);
  alone.close();
  const cell = new GatedCell(directory, setup, true, { cells: heartbeat }, auditCommand);
  cell.ground = ground;
  const strategy = new RandomWalk(execution.seed, auditSchedules, { index: 0, of: 1 });
  strategy.begin();
  try {
    const executed = cell.execute(execution, strategy);
    return blindSpots(readTraces(directory), executed, path.join(directory, 'sandbox'));
  } catch (error) {
    // No strace, or it is not allowed to look.
    if (error instanceof LostProcessError) return undefined;
    throw error;
  } finally {
    cell.close();
  }
}

function reporter(): (executions: number) => void {
  let told = performance.now();
  return (executions) => {
    if (performance.now() - told < progressMs) return;
    told = performance.now();
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

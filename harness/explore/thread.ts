import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { Cell } from './cell.js';
import type { ExecutionOptions } from './executed.js';
import { sourcesOf } from './explain.js';
import type { ExploredFailure, Replayed, ScheduleFile } from './exploration.js';
import { type Cells, DivergedError, investigate } from './investigate.js';
import type { ClientSetup } from './protocol.js';
import { replay } from './replay.js';
import { type Searched, type SearchLimits, search } from './search.js';
import { makeStrategy, type StrategyOptions } from './strategies/index.js';
import type { Share } from './strategies/random-walk.js';

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
}

/** What one thread does. */
export interface Job {
  /** Its own. */
  directory: string;
  setup: Omit<ClientSetup, 'root'> & { bundle: string };
  task: SearchTask | ReplayTask;
  /** For whom it waits; see `Heartbeat`. */
  heartbeat: Int32Array;
  /** The first cell is not 0 when all are to stop. */
  stop: Int32Array;
}

export type Answer<T extends Job['task']> = T extends SearchTask ? SearchAnswer : Replayed;

export interface SearchAnswer {
  searched: Searched;
  failures: ExploredFailure[];
}

export type ThreadMessage<T extends Job['task']> =
  | { type: 'progress'; executions: number }
  | { type: 'done'; answer: Answer<T> };

const progressMs = 100;

function work({ directory, setup, task, heartbeat, stop }: Job): SearchAnswer | Replayed {
  const { bundle, ...asItIs } = setup;
  // What Node can import as it is, it does.
  const isBare = /\.[cm]?js$/.test(setup.module);
  const cells: Cells = {
    quick: new Cell(path.join(directory, 'quick'), setup, false, { cells: heartbeat }),
    fresh: new Cell(path.join(directory, 'fresh'), isBare ? asItIs : setup, true, { cells: heartbeat }),
  };
  const toSource = sourcesOf(bundle);
  try {
    if (task.kind === 'replay') return replay(cells, task.file, setup.label, task.times, toSource);
    const isStopped = () => Atomics.load(stop, 0) !== 0;
    const strategy = makeStrategy(task.strategy, task.share);
    const searched = search(cells.quick, task.execution, strategy, { ...task.limits, isStopped }, reporter());
    if (task.limits.stopsAtFirst && searched.failures.length > 0) Atomics.store(stop, 0, 1);
    const failures = searched.failures.flatMap((found) => {
      try {
        return investigate(cells, task.execution, found, toSource);
      } catch (error) {
        if (!(error instanceof DivergedError)) throw error;
        searched.uncontrolled = { kind: 'nondeterministic', sentence: error.message };
        return [];
      }
    });
    return { searched, failures };
  } finally {
    cells.quick.close();
    cells.fresh.close();
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

parentPort?.postMessage({ type: 'done', answer: work(workerData as Job) });

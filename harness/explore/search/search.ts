import { type Grown, GrownSearch } from '../corpus/grown.js';
import { type Executed, type ExecutionOptions, LostProcessError } from '../execution/executed.js';
import { type Failure, failureOf } from '../execution/failure.js';
import { Replay } from '../execution/follow-schedule.js';
import { byGrade, Enough } from '../execution/gravity.js';
import type { ProcessPool } from '../execution/process-pool.js';
import type { Strategy } from '../execution/strategy.js';
import { Verdicts } from '../execution/verdicts.js';
import { UncontrolledError } from '../protocol/uncontrolled.js';
import { type Action, printSchedule } from '../schedule/action.js';
import { NondeterminismError } from '../schedule/nondeterminism.js';
import { type LossCounts, PowerLosses } from './power-losses.js';

export interface SearchLimits {
  executionsMax: number;
  durationMsMax: number;
  /** Ends the search with what it finds, and does not go on to find one of each kind. */
  stopsAtFirst: boolean;
  /** Where it ends with the first: after a side finding, so many executions more for something worse. */
  pastSideFindings: number;
  /** Asked before each execution: another search has found what was looked for, or the caller has cancelled. */
  isStopped: () => boolean;
}

export interface FoundFailure extends Failure {
  /** Which execution it was, from 1. */
  execution: number;
  /** Since the search began, in milliseconds. */
  afterMs: number;
  actions: Action[];
  /** How many executions failed in this way. */
  count: number;
  /** The execution itself, which may be the only one that ever fails in this way. */
  executed: Executed;
  /** Its processes had earlier executions behind them, of which something may have been left. */
  isReused: boolean;
}

/** The longest operation, in virtual time, which passes only while no client can go on. */
export interface LongestWait {
  ms: number;
  /** The schedule of that execution. */
  schedule: string;
}

export interface Searched {
  executions: number;
  steps: number;
  /** The longest execution. */
  stepsMax: number;
  abandoned: number;
  exhausted: boolean;
  bound: string;
  longestWait: LongestWait;
  durationMs: number;
  /** How many different things it led to. */
  outcomes: string[];
  /** One of each kind, the worst first. */
  failures: FoundFailure[];
  /** Where the power could be lost. */
  losses?: LossCounts;
  /** What is to be kept of it in a corpus. */
  grown?: Grown;
  /** What it found was enough to end it. */
  isEnough: boolean;
  /** What the clients did outside the gate, in words. */
  unsteered: string[];
  /** Why the search could not go on, if it could not. */
  uncontrolled?: { kind: 'nondeterministic' | 'uncontrolled'; sentence: string };
}

/** Executes what a strategy wants until it has nothing left to try, or a limit is reached. */
export function search(
  pool: ProcessPool,
  options: ExecutionOptions,
  strategy: Strategy,
  limits: SearchLimits,
  onProgress: (executions: number) => void = () => {},
): Searched {
  const started = performance.now();
  const verdicts = new Verdicts();
  const failures = new Map<string, FoundFailure>();
  const unsteered = new Set<string>();
  const enough = new Enough(limits.pastSideFindings);
  const isEnough = () => limits.stopsAtFirst && enough.isReached(sums.executions);
  const sums = { executions: 0, steps: 0, stepsMax: 0 };
  let longestWait: LongestWait = { ms: 0, schedule: '' };
  let uncontrolled: Searched['uncontrolled'];
  // However late it is, one execution is made: a search of none has found nothing.
  const isInTime = () => sums.executions === 0 || performance.now() - started < limits.durationMsMax;
  while (sums.executions < limits.executionsMax && isInTime()) {
    if (isEnough() || limits.isStopped() || !strategy.begin()) break;
    const { isReused } = pool;
    let executed: Executed;
    try {
      executed = pool.execute(options, strategy);
    } catch (error) {
      uncontrolled = whyNot(error);
      break;
    }
    strategy.learn?.(executed);
    for (const words of executed.unsteered ?? []) unsteered.add(words);
    sums.executions++;
    sums.steps += executed.steps.length;
    sums.stepsMax = Math.max(sums.stepsMax, executed.steps.length);
    const actions = () => executed.steps.map(({ action }) => action);
    const waitedMs = executed.waitedNsMax / 1e6;
    if (waitedMs > longestWait.ms) longestWait = { ms: waitedMs, schedule: printSchedule(actions()) };
    onProgress(sums.executions);
    if (executed.ending === 'abandoned') continue;
    const failure = verdicts.of(executed);
    if (!failure) continue;
    enough.found(failure.kind, sums.executions);
    const known = failures.get(failure.kind);
    const afterMs = performance.now() - started;
    if (known) known.count++;
    else
      failures.set(failure.kind, {
        ...failure,
        execution: sums.executions,
        afterMs,
        actions: actions(),
        count: 1,
        executed,
        isReused,
      });
  }
  const { abandoned, exhausted, bound } = strategy;
  return {
    ...sums,
    isEnough: isEnough(),
    abandoned,
    exhausted,
    bound,
    longestWait,
    durationMs: performance.now() - started,
    outcomes: verdicts.outcomes,
    failures: [...failures.values()].sort(byGrade),
    unsteered: [...unsteered],
    ...(strategy instanceof PowerLosses ? { losses: strategy.counts } : {}),
    ...(strategy instanceof GrownSearch ? { grown: strategy.found } : {}),
    ...(uncontrolled ? { uncontrolled } : {}),
  };
}

/** Why an execution says nothing. @throws the error itself where it is none of these */
export function whyNot(error: unknown): NonNullable<Searched['uncontrolled']> {
  if (error instanceof NondeterminismError) return { kind: 'nondeterministic', sentence: error.message };
  if (error instanceof LostProcessError) return { kind: 'uncontrolled', sentence: error.message };
  if (error instanceof UncontrolledError) return { kind: 'uncontrolled', sentence: error.message };
  throw error;
}

/** One execution along a schedule. @returns undefined where it does not lead along it */
export function follow(
  pool: ProcessPool,
  options: ExecutionOptions,
  schedule: readonly Action[],
  lenient: boolean,
): (Executed & { failure: Failure | undefined }) | undefined {
  const strategy = new Replay(schedule, lenient);
  strategy.begin();
  try {
    const executed = pool.execute({ ...options, skipsKnownAudits: false }, strategy);
    return { ...executed, failure: failureOf(executed) };
  } catch (error) {
    if (error instanceof NondeterminismError) return undefined;
    throw error;
  }
}

import { createHash } from 'node:crypto';
import { type Executed, type ExecutionOptions, isOnlySimulated, type Step } from '../execution/executed.js';
import type { Failure } from '../execution/failure.js';
import { callsOf } from '../execution/lines-of-calls.js';
import type { ProcessPool } from '../execution/process-pool.js';
import { type Action, printSchedule } from '../schedule/action.js';
import { printProgram } from '../schedule/program.js';
import { type FoundFailure, follow } from '../search/search.js';
import { findCriticalPair } from './critical-pair.js';
import { describeEraser, filesIn, siteOf, type ToSource, toRows } from './explain.js';
import type { CriticalStep, ExploredFailure, ScheduleFile, Unconfirmed } from './exploration.js';
import { toReadable } from './readable-pair.js';
import { type Candidate, shrink } from './shrink.js';

/** Where executions are cheap, and where they are as real as can be: new processes, the target as it is, real kills. */
export interface Pools {
  quick: ProcessPool;
  fresh: ProcessPool;
  /** Those that are quick are simulated. */
  isSimulated?: true;
}

/** Two runs of a schedule that do not make the same calls. */
export class DivergedError extends Error {
  override readonly name = 'DivergedError';
}

/** What an execution looks like to a person. */
export type Shown = Executed & { failure: Failure | undefined };

/** Makes a failure small, runs it again in new processes, and says what it is. @throws DivergedError */
export function investigate(
  pools: Pools,
  options: ExecutionOptions,
  found: FoundFailure,
  toSource: ToSource,
): ExploredFailure {
  const { kind } = found;
  const trial = (schedule: readonly Action[], program = options.program) => {
    const done = follow(pools.quick, { ...options, program }, schedule, true);
    return done?.failure?.kind === kind ? done.steps.map(({ action }) => action) : undefined;
  };
  const first = { program: options.program, schedule: found.actions };
  // A trial of one that never stops takes as long as our patience.
  const isQuick = kind !== 'stuck';
  const small = isQuick ? shrink(first, ({ schedule, program }) => trial(schedule, program)) : first;
  const smallOptions = { ...options, program: small.program };

  const quick = isQuick
    ? follow(pools.quick, smallOptions, small.schedule, false)
    : { ...found.executed, failure: found };
  const executed = quick && replayed(pools.fresh, smallOptions, quick, { kind, schedule: small.schedule });
  if (!quick || !executed)
    throw new DivergedError('in the same processes the schedule could not be run again');
  const all = executed.steps.map(({ action }) => action);
  const fails = (schedule: readonly Action[]) => trial(schedule, small.program) !== undefined;
  const key = executed.failure?.kind === 'lost-update' ? executed.failure.finding?.key : undefined;
  const pair = isQuick
    ? toReadable(findCriticalPair(all, fails), executed.steps, filesIn(executed.events), key, fails)
    : undefined;
  const failure = describeFailure(options, found, small, executed, toSource);
  const stepAt = (index: number): CriticalStep => {
    const step = executed.steps[index] as Step;
    return {
      step: index + 1,
      client: step.client,
      text: failure.rows[index]?.text ?? '',
      site: siteOf(step, toSource),
      ...(step.call?.at === undefined ? {} : { isAnchored: true }),
    };
  };
  return { ...failure, pair: pair && { late: stepAt(pair.late), early: stepAt(pair.early) } };
}

/** A failure as reports show it, without its critical pair. @param small the schedule @param executed its execution */
export function describeFailure(
  options: ExecutionOptions,
  found: FoundFailure,
  { program, schedule }: Candidate,
  executed: Shown,
  toSource: ToSource,
): ExploredFailure {
  const failure = executed.failure as Failure;
  return {
    ...scheduleFile({ ...options, program }, schedule, executed, failure),
    guarantee: found.guarantee,
    found: {
      execution: found.execution,
      afterMs: Math.round(found.afterMs),
      program: printProgram(options.program),
      schedule: printSchedule(found.actions),
      steps: found.actions.length,
    },
    rows: toRows(executed, toSource),
    eraser: describeEraser(executed, failure),
    pair: undefined,
    replayed: { same: runsInNew, of: runsInNew },
    ...(isOnlySimulated(options) ? { unconfirmed: inSimulation(options) } : {}),
  };
}

/** A loss of power is no accident that a real machine can be made to have, and no machine is several. */
function inSimulation({ conditions }: ExecutionOptions): Unconfirmed {
  const why = conditions?.splitCalls
    ? 'a process is stopped in the middle of a call in simulation only'
    : 'a machine loses its power in simulation only, or has another system';
  return {
    sentence: `${why}, so no real processes were asked; there it was run again from the beginning`,
    isExplained: false,
    isOnlySimulated: true,
  };
}

/** How often a schedule is run again in new processes. */
export const runsInNew = 2;

/**
 * Twice in new processes: a schedule that leads elsewhere is no evidence.
 * @param kind of the failure that the schedule must lead to
 * @throws DivergedError naming the first call that differs
 */
function replayed(
  pool: ProcessPool,
  options: ExecutionOptions,
  quick: Shown,
  { kind, schedule }: { kind: string; schedule: readonly Action[] },
) {
  let last: ReturnType<typeof follow>;
  for (let time = 1; time <= runsInNew; time++) {
    last = follow(pool, { ...options, details: true, killsForReal: true }, schedule, false);
    const difference = last
      ? firstDifference(callsOf(quick), callsOf(last))
      : 'a step of the schedule is not possible';
    if (difference !== undefined)
      throw new DivergedError(`in new processes the schedule led elsewhere: ${difference}`);
    if (last?.failure?.kind !== kind)
      throw new DivergedError(
        `in new processes the schedule led to the same calls and ${last?.failure?.kind ?? 'broke nothing'}`,
      );
  }
  return last;
}

/** @returns undefined if they are the same */
export function firstDifference(before: readonly string[], after: readonly string[]): string | undefined {
  const index = Array.from({ length: Math.max(before.length, after.length) }).findIndex(
    (_, one) => before[one] !== after[one],
  );
  if (index < 0) return undefined;
  return `at step ${index + 1} "${after[index] ?? 'nothing'}" instead of "${before[index] ?? 'nothing'}"`;
}

function scheduleFile(
  { program, command, faults, conditions, seed, label }: ExecutionOptions,
  schedule: readonly Action[],
  executed: Executed,
  { kind, sentence }: Failure,
): ScheduleFile {
  const known = {
    target: label,
    program: printProgram(program),
    ...(command ? { command } : {}),
    faults,
    ...(conditions ? { conditions } : {}),
    seed,
    schedule: printSchedule(schedule),
  };
  const hash = createHash('sha256').update(JSON.stringify(known)).digest('hex').slice(0, 8);
  const name = /[\w-]+(?=(\.\w+)?(\?|$))/.exec(label)?.[0] ?? 'target';
  return { schema: 1, id: `${name}-${hash}`, ...known, kind, sentence, calls: callsOf(executed) };
}

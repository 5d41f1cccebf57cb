import { createHash } from 'node:crypto';
import type { Exploration } from './evidence/exploration.js';
import type { ExecutionOptions } from './execution/executed.js';
import { byGrade } from './execution/gravity.js';
import { onePerKind } from './report/one-per-kind.js';
import { printProgram, warningFor } from './schedule/program.js';
import type { ExecutorName } from './search/explore-options.js';
import { isDrawn, type StrategyOptions } from './search/index.js';
import { addLosses } from './search/power-losses.js';
import type { Searched } from './search/search.js';
import type { SearchAnswer } from './workers/thread.js';

/** What has been searched in all, when the search goes on with a greater bound. */
export function after(before: Exploration | undefined, now: Exploration): Exploration {
  if (!before) return now;
  const { cause, reason, ...rest } = now;
  // The round with a smaller bound has made more than one.
  const isShort = cause === 'short';
  return {
    ...(isShort ? { ...rest, result: before.result } : now),
    executions: before.executions + now.executions,
    failed: before.failed + now.failed,
    abandoned: before.abandoned + now.abandoned,
    steps: before.steps + now.steps,
    durationMs: before.durationMs + now.durationMs,
  };
}

const inOrder =
  'only one execution was made, and in it one process ran after the other; more --duration or --schedules is needed';

/** What all shares of a search have come to. */
export function summarize(
  label: string,
  { program, command, faults, conditions, seed }: ExecutionOptions,
  { strategy, preemptionsMax }: StrategyOptions,
  done: readonly SearchAnswer[],
  durationMs: number,
  executor: ExecutorName,
): Exploration {
  const searches = done.map(({ searched }) => searched);
  const sum = (count: (search: Searched) => number) =>
    searches.reduce((total, search) => total + count(search), 0);
  const failures = onePerKind(done.flatMap((one) => one.failures)).sort(byGrade);
  const uncontrolled = searches.flatMap((search) => search.uncontrolled ?? [])[0];
  const executions = sum((search) => search.executions);
  const warning = warningFor(program);
  const losses = addLosses(searches.flatMap((one) => one.losses ?? []));
  const searchedMs = Math.max(...searches.map((search) => search.durationMs));
  const exhausted = searches.every((search) => search.exhausted);
  const doubt = uncontrolled ? { cause: uncontrolled.kind, reason: uncontrolled.sentence } : undefined;
  // In the first execution of a systematic search, one process runs after the other: there is no store that would lose anything.
  const isInOrder = !exhausted && executions === 1 && !isDrawn(strategy);
  const short = isInOrder && failures.length === 0 ? { cause: 'short' as const, reason: inOrder } : undefined;
  return {
    schema: 1,
    result: failures.some(({ unconfirmed }) => !unconfirmed?.isExplained)
      ? 'invalid'
      : doubt || short || executions === 0
        ? 'unknown'
        : 'valid',
    ...(doubt ?? short),
    target: label,
    executor,
    program: printProgram(program),
    ...(command ? { command } : {}),
    strategy,
    seed,
    faults,
    executions,
    failed: sum((search) => search.failures.reduce((total, { count }) => total + count, 0)),
    ...(warning === undefined ? {} : { warning }),
    ...(conditions ? { conditions } : {}),
    ...(preemptionsMax === undefined ? {} : { preemptions: preemptionsMax }),
    abandoned: sum((search) => search.abandoned),
    steps: sum((search) => search.steps),
    stepsMax: Math.max(...searches.map(({ stepsMax }) => stepsMax)),
    bound: searches[0]?.bound ?? '',
    exhausted,
    outcomes: new Set(searches.flatMap(({ outcomes }) => outcomes)).size,
    longestWait: searches.map((search) => search.longestWait).reduce((a, b) => (b.ms > a.ms ? b : a)),
    durationMs: Math.round(durationMs),
    executionsPerSecond: Math.round((executions / searchedMs) * 1000),
    audited: false,
    ...(losses ? { losses } : {}),
    ...(done[0]?.evidence ? { evidence: done[0].evidence } : {}),
    failures,
  };
}

/** What a part's executions came to, so that a merge can count those of all parts. */
export function outcomeHashesOf(done: readonly SearchAnswer[]): string[] {
  const outcomes = new Set(done.flatMap(({ searched }) => searched.outcomes));
  return [...outcomes]
    .map((outcome) => createHash('sha256').update(outcome).digest('hex').slice(0, 16))
    .sort();
}

/** The answer of a search that drew every n-th schedule, with the number of each that failed. */
export function withDrawn(answer: SearchAnswer, { index, of }: { index: number; of: number }): SearchAnswer {
  const failures = answer.failures.map((failure) => {
    const drawn = index + (failure.found.execution - 1) * of;
    return { ...failure, found: { ...failure.found, drawn } };
  });
  return { ...answer, failures };
}

import { availableParallelism } from 'node:os';
import type { Exploration, Replayed, ScheduleFile } from './evidence/exploration.js';
import { withBlindSpots, withUnsteered } from './evidence/unsteered.js';
import type { ExecutionOptions } from './execution/executed.js';
import type { ExploreOptions, ReplayOptions } from './explore-options.js';
import { executionOf, roundsOf, strategyOf, withBound } from './plan.js';
import { warningFor } from './schedule/program.js';
import { isDrawn, sharesMax } from './search/index.js';
import { subjectOf, subjectOfReplay } from './subject.js';
import { after, summarize } from './summarize.js';
import type { AuditTask, ReplayTask, SearchTask } from './workers/thread.js';
import { Workplace } from './workers/workplace.js';

export type { ExploreOptions, ReplayOptions };

/** So many executions more are made for something worse. */
const pastSideFindings = 500;

/**
 * Searches the interleavings of real processes, one call of the file system at a time, for one in which a target breaks a
 * guarantee.
 * @throws UsageError if a target, an operation or an option is not what it should be
 */
export async function explore(options: ExploreOptions = {}): Promise<Exploration> {
  const { signal } = options;
  const { label, subject, command, patienceMs } = subjectOf(options);
  const execution = executionOf(options, label, command);
  const warning = warningFor(execution.program);
  if (warning !== undefined) (options.onWarning ?? ((sentence) => process.emitWarning(sentence)))(warning);
  const rounds = roundsOf(options);
  return Workplace.with(subject, { signal, patienceMs: options.patienceMs ?? patienceMs }, async (place) => {
    let found: Exploration | undefined;
    for (const preemptions of rounds) {
      found = after(found, await searchOnce(place, withBound(options, preemptions), execution, found));
      if (found.result !== 'valid' || !found.exhausted) break;
    }
    return found as Exploration;
  });
}

async function searchOnce(
  place: Workplace,
  options: ExploreOptions,
  execution: ExecutionOptions,
  before: Exploration | undefined,
): Promise<Exploration> {
  const { signal, onProgress = () => {} } = options;
  const strategy = strategyOf(options, execution);
  const threads = Math.max(1, Math.min(options.threads ?? availableParallelism(), sharesMax(strategy)));
  const { executions: executionsBefore = 0, durationMs: msBefore = 0 } = before ?? {};
  const limits = {
    // What is drawn counts for itself.
    executionsMax: isDrawn(strategy.strategy)
      ? Number.POSITIVE_INFINITY
      : Math.ceil((strategy.schedulesMax - executionsBefore) / threads),
    durationMsMax: (options.durationMs ?? Number.POSITIVE_INFINITY) - msBefore,
    stopsAtFirst: options.stopAtFirst ?? true,
    // Faults have side effects: a process that was killed may leave files behind long before anything is lost.
    pastSideFindings: strategy.hasFaults ? pastSideFindings : 0,
  };
  const started = performance.now();
  const counts: number[] = [];
  const done = await Promise.all(
    Array.from({ length: threads }, (_, index) => {
      const task: SearchTask = { kind: 'search', execution, strategy, limits, share: { index, of: threads } };
      return place.run(task, (executions) => {
        counts[index] = executions;
        onProgress(executionsBefore + counts.reduce((sum, count) => sum + (count ?? 0), 0));
      });
    }),
  );
  const found = summarize(execution.label, execution, strategy, done, performance.now() - started);
  // A process that never stops can't be watched to the end.
  const isStuck = found.failures.some(({ kind }) => kind === 'stuck');
  const unsteered = [...new Set(done.flatMap(({ searched }) => searched.unsteered))];
  const noStore = done.find((one) => one.noStore !== undefined)?.noStore;
  // The kernel stops a program at every call: there is nothing else to be watched for.
  if (signal?.aborted || found.cause !== undefined || isStuck || execution.command)
    return withNoStore(withUnsteered(found, unsteered), noStore);
  const { blindSpots } = await place.run({ kind: 'audit', execution } satisfies AuditTask);
  return withNoStore(withBlindSpots(found, unsteered, blindSpots), noStore);
}

/** The answers of what is no store prove nothing: nor that none of them was wrong. */
function withNoStore(found: Exploration, noStore: string | undefined): Exploration {
  if (noStore === undefined || found.result !== 'valid') return found;
  const reason = `alone in a process it is no store: ${noStore}`;
  return { ...found, result: 'unknown', cause: 'uncontrolled', reason };
}

/** Runs a schedule again, with new processes. @throws UsageError if there is no such target */
export async function replaySchedule(file: ScheduleFile, options: ReplayOptions = {}): Promise<Replayed> {
  const { label, subject, patienceMs } = subjectOfReplay(file, options);
  return Workplace.with(subject, { ...options, patienceMs }, (place) =>
    place.run({
      kind: 'replay',
      file,
      times: options.times ?? 2,
      lenient: options.lenient ?? label !== file.target,
    } satisfies ReplayTask),
  );
}

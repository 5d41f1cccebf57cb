import { availableParallelism } from 'node:os';
import { UsageError } from '../../src/cli/usage-error.js';
import { versionHere } from '../stress/shards/shard-file.js';
import { Corpus } from './corpus/corpus-files.js';
import type { Exploration, Replayed, ScheduleFile } from './evidence/exploration.js';
import { withBlindSpots, withUnsteered } from './evidence/unsteered.js';
import { type ExecutionOptions, isOnlySimulated } from './execution/executed.js';
import { endOf, executionOf, expectTwoWriters, roundsOf, shareOf, strategyOf, withBound } from './plan.js';
import { warningFor } from './schedule/program.js';
import type { ExecutorName, ExploreOptions, ReplayOptions } from './search/explore-options.js';
import { isDrawn, type StrategyOptions } from './search/index.js';
import { NotSimulatedError } from './sim/not-simulated.js';
import { subjectOf, subjectOfReplay } from './subject.js';
import { after, outcomeHashesOf, summarize, withDrawn } from './summarize.js';
import { SearchSession } from './workers/search-session.js';
import type { AuditTask, ReplayTask, SearchTask } from './workers/thread.js';

export type { ExecutorName, ExploreOptions, ReplayOptions };

/** So many executions more are made for something worse. */
const pastSideFindings = 500;

/**
 * Searches the interleavings of several processes, one call of the file system at a time, for one in which a target breaks a
 * guarantee: in simulation where the target can be simulated, else of real processes.
 * @throws UsageError if a target, an operation or an option is not what it should be
 */
export async function explore(options: ExploreOptions = {}): Promise<Exploration> {
  const { signal, program, durationMs = Number.POSITIVE_INFINITY } = options;
  const begun = performance.now();
  if (program !== undefined && options.executor === 'sim') throw byRealProcesses();
  const { label, subject, command, patienceMs } = subjectOf(options);
  const execution = executionOf(options, label, command);
  expectTwoWriters(options, execution.program);
  const warning = warningFor(execution.program);
  if (warning !== undefined) (options.onWarning ?? ((sentence) => process.emitWarning(sentence)))(warning);
  const patience = { patienceMs: options.patienceMs ?? patienceMs, signal };
  const searchBy = (executor: ExecutorName) =>
    SearchSession.with(subject, { ...patience, executor }, (place) =>
      searchAll(place, { ...options, executor }, execution, endOf(begun, durationMs)),
    );
  if (command || options.executor === 'process') return searchBy('process');
  try {
    return await searchBy('sim');
  } catch (error) {
    if (!(error instanceof NotSimulatedError)) throw error;
    if (isOnlySimulated(execution))
      throw new UsageError(
        `a loss of power, another platform and split calls are there in simulation only, and the target does what is not simulated: ${error.message}`,
        'leave --power-loss, --platform and --split-calls out',
      );
    return { ...(await searchBy('process')), notSimulated: error.message };
  }
}

/** It is decided what runs the clients. */
type Planned = ExploreOptions & { executor: ExecutorName };

async function searchAll(
  place: SearchSession,
  options: Planned,
  execution: ExecutionOptions,
  endsAt: number,
): Promise<Exploration> {
  const { executor } = options;
  let found: Exploration | undefined;
  for (const preemptions of roundsOf(options)) {
    found = after(
      found,
      await searchOnce(place, { ...withBound(options, preemptions), executor }, execution, { found, endsAt }),
    );
    if (found.result !== 'valid' || !found.exhausted) break;
  }
  return found as Exploration;
}

async function searchOnce(
  place: SearchSession,
  options: Planned,
  execution: ExecutionOptions,
  { found: before, endsAt }: { found: Exploration | undefined; endsAt: number },
): Promise<Exploration> {
  const { signal, onProgress = () => {}, executor } = options;
  const planned = strategyOf(options, execution);
  const corpus = corpusFor(options, execution, planned, place);
  const strategy = { ...planned, ...(corpus ? { corpus: corpus.kept } : {}) };
  const { threads, share } = shareOf(options, strategy, options.threads ?? availableParallelism());
  const { executions: executionsBefore = 0 } = before ?? {};
  const started = performance.now();
  const limits = {
    // What is drawn counts for itself.
    executionsMax: isDrawn(strategy.strategy)
      ? Number.POSITIVE_INFINITY
      : Math.ceil((strategy.schedulesMax / (options.shard?.of ?? 1) - executionsBefore) / threads),
    durationMsMax: endsAt - started,
    stopsAtFirst: options.stopAtFirst ?? true,
    // Faults have side effects: a process that was killed may leave files behind long before anything is lost.
    pastSideFindings: strategy.hasFaults ? pastSideFindings : 0,
  };
  const counts: number[] = [];
  const done = await Promise.all(
    Array.from({ length: threads }, async (_, index) => {
      const task: SearchTask = { kind: 'search', execution, strategy, limits, share: share(index) };
      const answer = await place.run(task, (executions) => {
        counts[index] = executions;
        onProgress(executionsBefore + counts.reduce((sum, count) => sum + (count ?? 0), 0));
      });
      return isDrawn(strategy.strategy) && !strategy.abandoned && !corpus
        ? withDrawn(answer, share(index))
        : answer;
    }),
  );
  const { shard } = options;
  const found = {
    ...summarize(execution.label, execution, strategy, done, performance.now() - started, executor),
    ...(corpus ? { corpus: corpus.save(done.flatMap(({ searched }) => searched.grown ?? [])) } : {}),
    ...(shard && shard.of > 1 ? { shard, outcomeHashes: outcomeHashesOf(done) } : {}),
  };
  // A process that never stops can't be watched to the end.
  const isStuck = found.failures.some(({ kind }) => kind === 'stuck');
  const unsteered = [...new Set(done.flatMap(({ searched }) => searched.unsteered))];
  const noStore = done.find((one) => one.noStore !== undefined)?.noStore;
  // The kernel stops a program at every call, and a simulation refuses what it does not know: there is nothing else to be watched for.
  const isWhole = execution.command !== undefined || executor === 'sim';
  if (signal?.aborted || found.cause !== undefined || isStuck || isWhole)
    return withNoStore(withUnsteered(found, unsteered), noStore);
  const { blindSpots } = await place.run({ kind: 'audit', execution } satisfies AuditTask);
  return withNoStore(withBlindSpots(found, unsteered, blindSpots), noStore);
}

function corpusFor(
  { corpus }: ExploreOptions,
  execution: ExecutionOptions,
  { strategy, seed }: StrategyOptions,
  place: SearchSession,
): Corpus | undefined {
  if (corpus === undefined) return undefined;
  return new Corpus(corpus, execution, `${versionHere()} ${place.print}`, `${strategy} ${seed}`);
}

/** The answers of what is no store prove nothing: nor that none of them was wrong. */
function withNoStore(found: Exploration, noStore: string | undefined): Exploration {
  if (noStore === undefined || found.result !== 'valid') return found;
  const reason = `alone in a process it is no store: ${noStore}`;
  return { ...found, result: 'unknown', cause: 'uncontrolled', reason };
}

/**
 * Runs a schedule again, with new processes, or in a simulation.
 * @throws UsageError if there is no such target, or it does what is not simulated
 */
export async function replaySchedule(file: ScheduleFile, options: ReplayOptions = {}): Promise<Replayed> {
  const { label, subject, patienceMs, command } = subjectOfReplay(file, options);
  if (command && options.executor === 'sim') throw byRealProcesses();
  const isSimulated = isOnlySimulated(file);
  if (isSimulated && options.executor === 'process')
    throw new UsageError(
      'only a simulated machine can lose its power, have another system, or be stopped in the middle of a call',
      'leave --executor out, or give sim',
    );
  const executor = options.executor ?? (isSimulated ? 'sim' : 'process');
  const replayed = SearchSession.with(subject, { ...options, executor, patienceMs }, (place) =>
    place.run({
      kind: 'replay',
      file,
      times: options.times ?? 2,
      lenient: options.lenient ?? label !== file.target,
    } satisfies ReplayTask),
  );
  return replayed.catch((error: unknown) => {
    throw error instanceof NotSimulatedError
      ? new UsageError(error.message, 'leave --executor sim out')
      : error;
  });
}

function byRealProcesses(): UsageError {
  return new UsageError('a program is run by real processes', 'leave --executor sim out, or name a module');
}

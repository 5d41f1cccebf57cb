import { availableParallelism } from 'node:os';
import { UsageError } from '../../src/cli/usage-error.js';
import { resolveTarget } from '../targets/index.js';
import type { Exploration, ExploredFailure, Replayed, ScheduleFile } from './evidence/exploration.js';
import { withBlindSpots, withUnsteered } from './evidence/unsteered.js';
import type { ExecutionOptions } from './execution/executed.js';
import { byGrade } from './execution/gravity.js';
import { successorsMax } from './execution/succession.js';
import { parseProgram, printProgram, warningFor } from './schedule/program.js';
import { isDrawn, type StrategyName, type StrategyOptions, sharesMax, strategies } from './search/index.js';
import type { Searched } from './search/search.js';
import type { AuditTask, ReplayTask, SearchAnswer, SearchTask } from './workers/thread.js';
import { Workplace } from './workers/workplace.js';

/** So many executions more are made for something worse. */
const pastSideFindings = 500;

/** What `explore` searches, and how far. */
export interface ExploreOptions {
  /** A name or the path of a module; default `hardened`. */
  target?: string;
  /** What each client does: `['set a', 'set b, get a']`; default two clients with one `set` each. */
  clients?: readonly string[];
  /** Where an operation names no key, all clients mean the same one, and overwrite each other's values; default false. */
  sameKey?: boolean;
  /** Default `dpor`. */
  strategy?: StrategyName;
  /** Preemption bound of `dpor` and `dfs`: how often a client may be made to wait that could go on. Default: unbounded. */
  preemptions?: number;
  /** Ends an execution of `dfs` where all that follows was tried before. Default true. */
  prune?: boolean;
  /** Ends the search after so many executions; default 10000 for `pct` and `random`, else no end. */
  schedules?: number;
  /** Kills a client before any of its calls: true for one kill in each execution, or how many. */
  crash?: boolean | number;
  /** Stops a client before any of its calls, until every lease is over: the same. */
  steal?: boolean | number;
  /**
   * Before the search the first client is killed, after each change that it makes in turn, and time passes: the others find
   * what it has left, and every lease over.
   */
  abandoned?: boolean;
  /** Makes any call fail with each of ENOSPC, EIO, EACCES, EMFILE and EPERM that it can give: the same. */
  errno?: boolean | number;
  /**
   * Cuts the file to half between any two calls, as a crash of the machine or another program may leave it: true for once in each
   * execution, or how often. Only where it is a whole JSON object then, and at first one that the target itself has written. Goes
   * together with `crash`.
   */
  damage?: boolean | number;
  /** Gives the clients a umask of 0, and looks at the modes of files after each call: no other user may open one; default false. */
  modes?: boolean;
  /**
   * Starts each killed client again, at any moment after, as a process of the same number; default false. It does the same
   * operations from the first on. Needs `crash` or `abandoned`.
   */
  samePid?: boolean;
  /** Random seed. Default 1. */
  seed?: number;
  /**
   * Ends with the first failure; default true. With faults it goes on past a side finding, like a file that was left behind, for up
   * to 500 executions, to something worse. False: one of each kind is reported at the end.
   */
  stopAtFirst?: boolean;
  /** Ends the search after so long, in milliseconds; default: no end. */
  durationMs?: number;
  /** How long a process may take from one call to the next before it is taken for stuck, in milliseconds; default 15000. */
  patienceMs?: number;
  /** Searches side by side, where one can be divided: see `sharesMax`; default: one for each processor. */
  threads?: number;
  signal?: AbortSignal;
  /** Called with the number of executions so far. */
  onProgress?: (executions: number) => void;
  /** Receives a warning about a program in which no two clients write. Default: `process.emitWarning`. The result has it, too. */
  onWarning?: (sentence: string) => void;
}

/**
 * Searches the interleavings of real processes, one call of the file system at a time, for one in which a target breaks a
 * guarantee.
 * @throws UsageError if a target, an operation or an option is not what it should be
 */
export async function explore(options: ExploreOptions = {}): Promise<Exploration> {
  const { target: label = 'hardened', signal, onProgress = () => {} } = options;
  const target = resolveTarget(label, process.cwd());
  const execution = executionOf(options, label);
  const warning = warningFor(execution.program);
  if (warning !== undefined) (options.onWarning ?? ((sentence) => process.emitWarning(sentence)))(warning);
  const strategy = strategyOf(options, execution);
  const threads = Math.max(1, Math.min(options.threads ?? availableParallelism(), sharesMax(strategy)));
  const limits = {
    // What is drawn counts for itself.
    executionsMax: isDrawn(strategy.strategy)
      ? Number.POSITIVE_INFINITY
      : Math.ceil(strategy.schedulesMax / threads),
    durationMsMax: options.durationMs ?? Number.POSITIVE_INFINITY,
    stopsAtFirst: options.stopAtFirst ?? true,
    // Faults have side effects: a process that was killed may leave files behind long before anything is lost.
    pastSideFindings: strategy.hasFaults ? pastSideFindings : 0,
  };
  return Workplace.with(target, options, async (place) => {
    const started = performance.now();
    const counts: number[] = [];
    const done = await Promise.all(
      Array.from({ length: threads }, (_, index) => {
        const task: SearchTask = {
          kind: 'search',
          execution,
          strategy,
          limits,
          share: { index, of: threads },
        };
        return place.run(task, (executions) => {
          counts[index] = executions;
          onProgress(counts.reduce((sum, count) => sum + (count ?? 0), 0));
        });
      }),
    );
    const found = summarize(label, execution, strategy, done, performance.now() - started);
    // Whoever never comes to a stop can't be watched to the end.
    const isStuck = found.failures.some(({ kind }) => kind === 'stuck');
    const unsteered = [...new Set(done.flatMap(({ searched }) => searched.unsteered))];
    const noStore = done.find((one) => one.noStore !== undefined)?.noStore;
    if (signal?.aborted || found.cause !== undefined || isStuck)
      return withNoStore(withUnsteered(found, unsteered), noStore);
    const { blindSpots } = await place.run({ kind: 'audit', execution } satisfies AuditTask);
    return withNoStore(withBlindSpots(found, unsteered, blindSpots), noStore);
  });
}

/** The answers of what is no store prove nothing: nor that none of them was wrong. */
function withNoStore(found: Exploration, noStore: string | undefined): Exploration {
  if (noStore === undefined || found.result !== 'valid') return found;
  const reason = `alone in a process it is no store: ${noStore}`;
  return { ...found, result: 'unknown', cause: 'uncontrolled', reason };
}

/** How a schedule is run again. */
export interface ReplayOptions {
  /** Another target than the one that it was found on. */
  target?: string;
  /** Follows the schedule as far as that is possible, and compares no calls: for a store that has changed since. */
  lenient?: boolean;
  /** Default 2. */
  times?: number;
  signal?: AbortSignal;
}

/** Runs a schedule again, with new processes. @throws UsageError if there is no such target */
export async function replaySchedule(file: ScheduleFile, options: ReplayOptions = {}): Promise<Replayed> {
  const target = resolveTarget(options.target ?? file.target, process.cwd());
  return Workplace.with(target, options, (place) =>
    place.run({
      kind: 'replay',
      file,
      times: options.times ?? 2,
      lenient: options.lenient ?? target.label !== file.target,
    } satisfies ReplayTask),
  );
}

function executionOf(
  {
    clients = ['set', 'set'],
    sameKey = false,
    crash,
    steal,
    errno,
    damage,
    abandoned = false,
    modes = false,
    samePid = false,
    seed = 1,
  }: ExploreOptions,
  label: string,
): ExecutionOptions {
  const program = parseProgram(clients.join(' | '), sameKey ? 'k' : undefined);
  const empty = program.clients.findIndex((operations) => operations.length === 0);
  if (empty >= 0)
    throw new UsageError(`client ${empty + 1} does nothing`, 'expected operations like: set k1, get k2');
  const budget = (given: boolean | number | undefined) => Number(given ?? 0);
  const kills = Math.max(budget(crash), Number(abandoned));
  if (samePid && kills === 0)
    throw new UsageError(
      'only the number of a killed process is used again, and no process is killed',
      'add --crash or --abandoned to --same-pid',
    );
  const conditions = { ...(modes ? { modes } : {}), ...(samePid ? { samePid } : {}) };
  return {
    ...(modes || samePid ? { conditions } : {}),
    program,
    label,
    seed,
    details: false,
    killsForReal: false,
    skipsKnownAudits: true,
    faults: {
      kills,
      waits: Number(abandoned),
      pauses: budget(steal),
      errnos: budget(errno),
      ...(budget(damage) > 0 ? { damages: budget(damage) } : {}),
    },
  };
}

function strategyOf(options: ExploreOptions, execution: ExecutionOptions): StrategyOptions {
  const { program, seed, faults } = execution;
  const { preemptions, prune = true, schedules } = options;
  const strategy = options.strategy ?? 'dpor';
  if (!Object.hasOwn(strategies, strategy))
    throw new UsageError(
      `unknown strategy "${strategy}"`,
      `expected one of: ${Object.keys(strategies).join(', ')}`,
    );
  if (preemptions !== undefined && isDrawn(strategy))
    throw new UsageError(
      `a bound on preemptions is for dpor and dfs, not for ${strategy}`,
      'leave one of them out',
    );
  const schedulesMax = schedules ?? (isDrawn(strategy) ? 10_000 : Number.POSITIVE_INFINITY);
  return {
    strategy,
    preemptionsMax: preemptions,
    prunes: prune,
    schedulesMax,
    seed,
    clients: program.clients.length + successorsMax(execution),
    hasFaults: Object.values(faults).some((count) => count > 0),
    abandoned: options.abandoned ?? false,
  };
}

function summarize(
  label: string,
  { program, faults, conditions, seed }: ExecutionOptions,
  { strategy, preemptionsMax }: StrategyOptions,
  done: readonly SearchAnswer[],
  durationMs: number,
): Exploration {
  const searches = done.map(({ searched }) => searched);
  const sum = (count: (search: Searched) => number) =>
    searches.reduce((total, search) => total + count(search), 0);
  const failures = onePerKind(done.flatMap((one) => one.failures)).sort(byGrade);
  const uncontrolled = searches.flatMap((search) => search.uncontrolled ?? [])[0];
  const executions = sum((search) => search.executions);
  const warning = warningFor(program);
  const searchedMs = Math.max(...searches.map((search) => search.durationMs));
  return {
    schema: 1,
    result: failures.some(({ unconfirmed }) => !unconfirmed?.isExplained)
      ? 'invalid'
      : uncontrolled || executions === 0
        ? 'unknown'
        : 'valid',
    ...(uncontrolled ? { cause: uncontrolled.kind, reason: uncontrolled.sentence } : {}),
    target: label,
    program: printProgram(program),
    strategy,
    seed,
    faults,
    executions,
    ...(warning === undefined ? {} : { warning }),
    ...(conditions ? { conditions } : {}),
    ...(preemptionsMax === undefined ? {} : { preemptions: preemptionsMax }),
    abandoned: sum((search) => search.abandoned),
    steps: sum((search) => search.steps),
    stepsMax: Math.max(...searches.map(({ stepsMax }) => stepsMax)),
    bound: searches[0]?.bound ?? '',
    exhausted: searches.every(({ exhausted }) => exhausted),
    outcomes: new Set(searches.flatMap(({ outcomes }) => outcomes)).size,
    longestWait: searches.map((search) => search.longestWait).reduce((a, b) => (b.ms > a.ms ? b : a)),
    durationMs: Math.round(durationMs),
    executionsPerSecond: Math.round((executions / searchedMs) * 1000),
    audited: false,
    ...(done[0]?.evidence ? { evidence: done[0].evidence } : {}),
    failures,
  };
}

function onePerKind(failures: readonly ExploredFailure[]): ExploredFailure[] {
  return [...new Map(failures.toReversed().map((failure) => [failure.kind, failure])).values()].reverse();
}

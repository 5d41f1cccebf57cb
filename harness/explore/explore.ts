import { availableParallelism } from 'node:os';
import { UsageError } from '../../src/cli/usage-error.js';
import type { Specification } from '../programs/specification.js';
import { resolveTarget } from '../targets/index.js';
import { gateProgram } from './command/build-gate.js';
import { timeoutMsDefault } from './command/command-process.js';
import type { Exploration, ExploredFailure, Replayed, ScheduleFile } from './evidence/exploration.js';
import { withBlindSpots, withUnsteered } from './evidence/unsteered.js';
import type { ExecutionOptions } from './execution/executed.js';
import { byGrade } from './execution/gravity.js';
import { successorsMax } from './execution/succession.js';
import { type CommandSource, programOf, sourceOf } from './schedule/command-source.js';
import { type Program, parseProgram, printProgram, warningFor } from './schedule/program.js';
import { isDrawn, type StrategyName, type StrategyOptions, sharesMax, strategies } from './search/index.js';
import type { Searched } from './search/search.js';
import type { AuditTask, ReplayTask, SearchAnswer, SearchTask } from './workers/thread.js';
import { type Subject, Workplace } from './workers/workplace.js';

/** So many executions more are made for something worse. */
const pastSideFindings = 500;

/** What `explore` searches, and how far. */
export interface ExploreOptions {
  /** A name or the path of a module; default `hardened`. */
  target?: string;
  /**
   * Instead of a target: a program that nobody here wrote, which is run for each operation. The name of one that ships, a file of
   * JSON, or the specification itself. Linux only.
   */
  program?: string | Specification;
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

function withBound(options: ExploreOptions, preemptions: number | undefined): ExploreOptions {
  const { preemptions: _, ...others } = options;
  return preemptions === undefined ? others : { ...others, preemptions };
}

/** What has been searched in all, when the search goes on with a greater bound. */
function after(before: Exploration | undefined, now: Exploration): Exploration {
  if (!before) return now;
  return {
    ...now,
    executions: before.executions + now.executions,
    abandoned: before.abandoned + now.abandoned,
    steps: before.steps + now.steps,
    durationMs: before.durationMs + now.durationMs,
  };
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
  // Whoever never comes to a stop can't be watched to the end.
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

/** Each round of a search of a program costs seconds: what needs one preemption is found before what needs two. */
const preemptionsOfProgram = 2;

/** The bounds on preemptions that are searched one after the other, until something is found. */
function roundsOf({ program, strategy = 'dpor', preemptions }: ExploreOptions): (number | undefined)[] {
  if (program === undefined || isDrawn(strategy)) return [preemptions];
  const most = preemptions ?? preemptionsOfProgram;
  return most === 0 ? [0] : Array.from({ length: most }, (_, index) => index + 1);
}

/** What is searched: a module, or a program that is run. */
function subjectOf(
  { program, target = 'hardened' }: ExploreOptions,
  directory = process.cwd(),
): {
  label: string;
  subject: Subject;
  command?: CommandSource;
  patienceMs?: number;
} {
  if (program === undefined) return { label: target, subject: resolveTarget(target, directory) };
  const command = sourceOf(program, directory);
  const { name, timeoutMs = timeoutMsDefault } = programOf(command);
  // The helper says by itself when nothing comes any more.
  return { label: name, command, subject: { command, gate: gateProgram() }, patienceMs: 2 * timeoutMs };
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

function subjectOfReplay(
  { command, target }: ScheduleFile,
  options: ReplayOptions,
): ReturnType<typeof subjectOf> {
  if (!command) return subjectOf({ target: options.target ?? target });
  if (options.target !== undefined)
    throw new UsageError('the schedule is that of a program, and is run again on that', 'leave --target out');
  return subjectOf({ program: command.specification }, command.directory);
}

function executionOf(
  {
    clients,
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
  command?: CommandSource,
): ExecutionOptions {
  const program = parseProgram((clients ?? clientsDefault(command)).join(' | '), sameKey ? 'k' : undefined);
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
  if (command) checkOperations(program, command, { steal, samePid, damage });
  return {
    ...(modes || samePid ? { conditions } : {}),
    ...(command ? { command } : {}),
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

function clientsDefault(command: CommandSource | undefined): readonly string[] {
  return command && command.specification.command === undefined ? ['remove', 'remove'] : ['set', 'set'];
}

/** @throws UsageError for what can't be done to a program, or of which nothing says how */
function checkOperations(
  { clients }: Program,
  { specification: { command, commandRemove } }: CommandSource,
  faults: Record<string, unknown>,
): void {
  const wanted = Object.entries(faults).find(([, value]) => Boolean(value));
  if (wanted)
    throw new UsageError(
      `--${wanted[0].replace('samePid', 'same-pid')} needs a clock or a file that the harness controls, and a program has its own`,
      'a program can be killed (--crash) and refused a call (--errno)',
    );
  for (const { action } of clients.flat()) {
    const isKnown =
      action === 'set' ? command !== undefined : action === 'remove' && commandRemove !== undefined;
    if (!isKnown)
      throw new UsageError(
        `there is no command to ${action} a key`,
        action === 'remove' ? 'give --command-remove' : 'a program can set and remove',
      );
  }
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
  { program, command, faults, conditions, seed }: ExecutionOptions,
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
    ...(command ? { command } : {}),
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

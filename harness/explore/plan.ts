import { UsageError } from '../../src/cli/usage-error.js';
import type { ExecutionOptions } from './execution/executed.js';
import { successorsMax } from './execution/succession.js';
import type { CommandSource } from './schedule/command-source.js';
import { type Program, parseProgram, printProgram, warningFor } from './schedule/program.js';
import type { ExploreOptions } from './search/explore-options.js';
import { isDrawn, type StrategyOptions, sharesMax, strategies } from './search/index.js';
import { platformNames } from './sim/kernel/platform.js';
import { defaultBounds } from './sim/power/bounds.js';
import { powerModels } from './sim/power/crash-states.js';

/** Each round of a search of a program costs seconds: what needs one preemption is found before what needs two. */
const preemptionsOfProgram = 2;
/** A retry with a random pause takes up to 3 ms where two processes have met once or twice. */
const idleMsDefault = 3;

/** The bounds on preemptions that are searched one after the other, until something is found. */
export function roundsOf({
  program,
  strategy = 'dpor',
  preemptions,
}: ExploreOptions): (number | undefined)[] {
  if (program === undefined || isDrawn(strategy)) return [preemptions];
  const most = preemptions ?? preemptionsOfProgram;
  return most === 0 ? [0] : Array.from({ length: most }, (_, index) => index + 1);
}

/** The options of one round. */
export function withBound(options: ExploreOptions, preemptions: number | undefined): ExploreOptions {
  const { preemptions: _, ...others } = options;
  return preemptions === undefined ? others : { ...others, preemptions };
}

/** What each execution of a search has, by the user's options. @throws UsageError where they make no sense together */
export function executionOf(
  {
    clients,
    sameKey = false,
    crash,
    steal,
    errno,
    damage,
    clockSteps,
    abandoned = false,
    modes = false,
    samePid = false,
    idle = false,
    powerLoss,
    fromNothing = false,
    hosts = false,
    containers = false,
    platform = 'linux',
    splitCalls = false,
    powerModel = 'posix',
    powerStates = defaultBounds.states,
    executor,
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
  const losses = budget(powerLoss);
  const isReal = command !== undefined || executor === 'process';
  if (losses > 0 && isReal)
    throw new UsageError(
      'only a simulated machine can lose its power',
      command ? 'leave --power-loss out: a program is run by real processes' : 'leave --executor process out',
    );
  const clocks = budget(clockSteps);
  if (losses > 0 && clocks > 0)
    throw new UsageError(
      'the clock that keeps the time while the power is off is not simulated',
      'leave --clock-steps or --power-loss out',
    );
  if (platform !== 'linux' && isReal)
    throw new UsageError(
      'only a simulated machine has another system',
      command ? 'leave --platform out: a program is run by real processes' : 'leave --executor process out',
    );
  if (splitCalls && (isReal || platform !== 'linux'))
    throw new UsageError(
      isReal
        ? 'no real process can be stopped in the middle of a call of the kernel'
        : 'where a call can be divided is known of Linux only',
      `leave ${command || !isReal ? '--split-calls' : '--executor process'} out`,
    );
  if (!platformNames.includes(platform))
    throw new UsageError(`unknown platform "${platform}"`, `expected one of: ${platformNames.join(', ')}`);
  if (!powerModels.includes(powerModel))
    throw new UsageError(
      `unknown model of power losses "${powerModel}"`,
      `expected one of: ${powerModels.join(', ')}`,
    );
  const conditions = {
    ...(modes ? { modes } : {}),
    ...(samePid ? { samePid } : {}),
    ...(idle === false ? {} : { idleMs: idle === true ? idleMsDefault : idle }),
    ...(fromNothing ? { fromNothing } : {}),
    ...(hosts ? { hosts } : {}),
    ...(containers ? { containers } : {}),
    ...(platform === 'linux' ? {} : { platform }),
    ...(splitCalls ? { splitCalls } : {}),
    ...(losses > 0 ? { power: { model: powerModel, statesMax: powerStates } } : {}),
  };
  const harnessOnly = { steal, samePid, damage, abandoned, modes, idle, hosts, fromNothing };
  Object.assign(harnessOnly, { containers, clockSteps });
  const isUsual = Object.keys(conditions).length === 0;
  if (command) checkOperations(program, command, harnessOnly);
  return {
    ...(isUsual ? {} : { conditions }),
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
      ...(clocks > 0 ? { clocks } : {}),
      ...(losses > 0 ? { losses } : {}),
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
      `--${wanted[0].replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} needs a clock, a number or modes that the harness gives, and a program has its own`,
      'a program can be killed (--crash) and refused a call (--errno); --private looks at its modes',
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

/** @throws UsageError where no corpus can be kept */
function checkCorpus({ strategy = 'dpor', powerLoss, abandoned, program }: ExploreOptions): void {
  if (!isDrawn(strategy))
    throw new UsageError(
      `${strategy} makes the same executions each time, and goes on from nothing`,
      'give --strategy pct or random to --corpus',
    );
  const other = program !== undefined ? '--command' : powerLoss ? '--power-loss' : abandoned && '--abandoned';
  if (other) throw new UsageError(`no corpus is kept of a search with ${other}`, 'leave one of them out');
}

/** How it is searched. @throws UsageError where the options make no sense together */
export function strategyOf(options: ExploreOptions, execution: ExecutionOptions): StrategyOptions {
  const { program, seed, faults } = execution;
  const { preemptions, prune = true, schedules } = options;
  const strategy = options.strategy ?? 'dpor';
  if (options.corpus !== undefined) checkCorpus(options);
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
    losesPower: (faults.losses ?? 0) > 0,
    abandoned: options.abandoned ?? false,
  };
}

/**
 * A search of one writer is green for a store that loses every second update. It is made where something else is searched for, too,
 * or where the user asks for it.
 * @throws UsageError naming what was expected, and what was found
 */
export function expectTwoWriters({ oneWriter = false, ...options }: ExploreOptions, program: Program): void {
  if (oneWriter || warningFor(program) === undefined || looksElsewhere(options, program)) return;
  throw new UsageError(
    `no two clients write in "${printProgram(program)}", so no update can be lost`,
    'expected two that do, like "set a | set b"; give --one-writer (in a program: oneWriter: true) to search it all the same',
  );
}

/** Faults, foreign readers and modes are searched for with one writer, too. */
function looksElsewhere(
  { crash, steal, errno, damage, abandoned, modes, idle, powerLoss, clockSteps }: ExploreOptions,
  { clients }: Program,
): boolean {
  const isAsked = [crash, steal, errno, damage, abandoned, modes, idle, powerLoss, clockSteps].some(Boolean);
  return isAsked || clients.flat().some(({ action }) => action === 'look');
}

/**
 * The part of a search that one of several machines makes, as those of its threads: whatever their number, all threads of a machine
 * together have its part and no more.
 * @throws UsageError where it can't be divided
 */
export function shareOf(
  { shard = { index: 1, of: 1 } }: ExploreOptions,
  strategy: StrategyOptions,
  wanted: number,
): { threads: number; share: (thread: number) => { index: number; of: number } } {
  const { index, of } = shard;
  if (!(Number.isSafeInteger(index) && Number.isSafeInteger(of) && index >= 1 && index <= of))
    throw new UsageError(
      `the shard is ${index} of ${of}`,
      'expected whole numbers, the first from 1 to the second',
    );
  const most = sharesMax(strategy);
  if (of > most)
    throw new UsageError(
      `a search by ${strategy.strategy} without faults can't be divided among ${of}`,
      'give --strategy pct or random, or a fault such as --crash, or leave --shard out',
    );
  const threads = Math.max(1, Math.min(wanted, Math.floor(most / of)));
  return { threads, share: (thread) => ({ index: index - 1 + thread * of, of: of * threads }) };
}

/** Of a search that is to end in time, so much is for what comes after it: its failures made small and run again, and a look by strace. */
const afterwards = { share: 0.08, msMax: 5000 };

/** When the last execution may begin, so that all of it ends in time. */
export function endOf(begun: number, durationMs: number): number {
  return begun + durationMs - Math.min(durationMs * afterwards.share, afterwards.msMax);
}

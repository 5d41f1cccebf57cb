import { type Command, InvalidArgumentError, Option } from 'commander';
import { beganMs } from '../../src/cli/began.js';
import { onInterrupt } from '../../src/cli/interrupt.js';
import { parseCount, parseDuration, parseNames, parseWhole } from '../../src/cli/parse.js';
import { paintVerdict, printReport } from '../../src/cli/render.js';
import { defined } from '../core/defined.js';
import { runtimeChoices } from '../core/runtime.js';
import type * as Harness from '../index.js';
import { addBaselineOptions, type BaselineFlags, codeOf, compareRun, takeBaseline } from './baseline.js';
import { inConfig, loadConfig } from './config.js';
import { explainLosses } from './explain.js';
import { reportToGithub } from './github.js';
import { addProgramOptions, type ProgramFlags, takeProgram } from './program-options.js';
import { parseReporters, type Reporter, reporterNames, writeReports } from './reporters.js';
import { both, lastFailed, matching, parsePattern, planToText } from './selection.js';
import { parseShardFlag, type ShardFlag, shardWithSeed } from './shard.js';
import { stressInBrowser } from './stress-in-browser.js';
import { commandTyped } from './typed.js';

interface Flags {
  scenario?: string[];
  target?: string[];
  clients?: Record<string, number>;
  operations?: number;
  runtime?: Harness.RuntimeChoice;
  duration?: number;
  patience?: number;
  seed?: number;
  config?: string;
  out?: string;
  reporter?: Reporter[];
  json?: boolean;
  shard?: ShardFlag;
  repeat?: number;
  controls: boolean;
  explain?: boolean;
  emitTest?: string;
  verbose?: boolean;
  grep?: RegExp;
  lastFailed?: boolean;
  list?: boolean;
  repeatUntilFailure?: number | true;
  ui?: boolean;
}

type AllFlags = Flags & ProgramFlags & BaselineFlags;

export function addStress(program: Command): void {
  const command = program
    .command('stress')
    .description('hammer stores with real processes and faults, and report every lost update')
    .option(
      '--scenario <name...>',
      'what happens: names (see: holdfast list scenarios) or paths of modules; default: all',
      parseNames,
    )
    .option(
      '--target <name...>',
      'the store: names (see: holdfast list targets) or paths of modules; default: hardened',
      parseNames,
    )
    .option(
      '--clients <list>',
      "who takes part, instead of the scenario's own: tui=2,server=1,web=2",
      parseClients,
    )
    .addOption(
      new Option(
        '--runtime <name>',
        'what the clients run on; mixed: they take turns; default: node',
      ).choices(runtimeChoices),
    )
    .option(
      '--operations <n>',
      'end each client after n operations; of a program by default 10 to 500, as many as fit',
      parseWhole,
    )
    .option(
      '--duration <time>',
      'bounds the whole command, judging included, to within a tenth: 20s, 10m; --explain comes on top; default: about 55s',
      parseDuration,
    )
    .option(
      '--patience <time>',
      'how much longer than its duration a run may wait where too little has happened; default: 20s without --duration, else none',
      parseDuration,
    )
    .option('--seed <n>', 'repeat what the clients do; default: a new one', parseWhole)
    .option('--config <file>', 'where defaults are; default: holdfast.config.ts, .mts, .js or .mjs')
    .option('--out <dir>', "the run's own directory; default: a new one in reports")
    .option(
      '--reporter <list>',
      `what is printed, or, as NAME=FILE, written: ${reporterNames.join(', ')}; default: list`,
      parseReporters,
    )
    .option('--json', 'the same as --reporter json')
    .option('--verbose', 'tell of every violation in the report, as a table')
    .option(
      '--repeat <n>',
      'run each scenario on each target n times, each with a seed of its own',
      parseCount,
    )
    .option(
      '--shard <i/n>',
      'run the i-th of n parts, with the same --seed for all (see: holdfast merge); auto, or auto/n: as the environment says',
      parseShardFlag,
    )
    .option('--grep <regex>', 'only scenarios whose name, title, faults or @tags match', parsePattern)
    .option('--last-failed', 'only what was not valid in reports/latest')
    .option('--list', 'print what would be run, and for how long, and run nothing')
    .option(
      '--repeat-until-failure [n]',
      'run again with a new seed each time until something fails, at most n times',
      parseCount,
    )
    .option('--ui', 'show the page of the run in a browser while it goes on')
    .option('--no-controls', 'do not first find the planted bugs')
    .option('--explain', 'search for an exact schedule of the first loss of each scenario')
    .option('--emit-test <file>', 'with --explain: write a Vitest file that runs it again')
    .addHelpText('after', examples)
    .action(run);
  addBaselineOptions(command);
  addProgramOptions(command);
}

const examples = `
Examples:
  holdfast stress                                       every scenario on the hardened store, about a minute
  holdfast stress --target naive --no-controls          see what the agent's own code loses
  holdfast stress --target ./my-store.ts --duration 2m  put your own store to the test
  holdfast stress --target naive --ui                   the same in a browser, while it goes on
  holdfast stress --command npm                         a program that ships as data (see: holdfast list programs)
  holdfast stress --command './store.py {file} {key} {value}' --format json
                                                        any executable, as it is
  holdfast stress --repeat 8 --seed 7 --shard 2/4       the second of four parts, each on a machine of its own
  holdfast stress --compare                             and say what is worse than in reports/baseline.json

Exit codes: 0 all guarantees held, 1 violated, or worse than --compare allows, 2 usage, 3 inconclusive, 4 nothing matched, 5 a planted bug was not found,
70 internal error, 130 interrupted.`;

async function run(flags: AllFlags, command: Command): Promise<void> {
  const { planOf, UsageError } = await import('../index.js');
  const {
    reporter,
    explain,
    emitTest,
    verbose,
    json,
    list,
    repeatUntilFailure,
    ui,
    compare,
    updateBaseline,
    config: named,
    ...others
  } = flags;
  const comparing = takeBaseline({
    ...(compare === undefined ? {} : { compare }),
    ...(updateBaseline === undefined ? {} : { updateBaseline }),
  });
  const config = await loadConfig(named);
  const { program, rest } = await takeProgram(others);
  if (program !== undefined && explain)
    throw new UsageError('--explain steers a store within its process, and not a program', 'leave it out');
  if (emitTest !== undefined && !explain)
    throw new UsageError('--emit-test has nothing to write', 'give --explain, too');
  const isGiven = command.getOptionValueSource('controls') === 'cli';
  const options = optionsOf(rest, isGiven, program, config);
  if (list) {
    const plan = await planOf(options);
    if (json) process.stdout.write(`${JSON.stringify(plan, null, 2)}\n`);
    else printReport(await planToText(plan));
    return;
  }
  const forms =
    reporter ??
    (config.reporters
      ? inConfig(() => parseReporters(config.reporters?.join() ?? ''))
      : [{ name: 'list' as const }]);
  const wanted = json ? [{ name: 'json' as const }] : forms;
  const signal = onFirstInterrupt();
  const { out, ...report } = await repeat(options, timesOf(repeatUntilFailure), signal, ui === true);
  const comparison = await compareRun(report, comparing);
  const told = comparison ? { ...report, comparison } : report;
  await writeReports(told, out, wanted, { isVerbose: verbose === true });
  await reportToGithub(told);
  process.exitCode = codeOf(report.result, comparison);
  if (explain) await explainLosses(report.scenarios, out, emitTest, signal);
}

/** What the command line says, what the project's configuration says where it says nothing, and no more. */
function optionsOf(
  flags: Omit<
    Flags,
    'reporter' | 'explain' | 'emitTest' | 'verbose' | 'json' | 'list' | 'repeatUntilFailure' | 'ui' | 'config'
  >,
  isControlsGiven: boolean,
  program: string | Harness.Specification | undefined,
  config: Harness.Config,
): Harness.StressOptions {
  const {
    scenario,
    target,
    controls,
    duration,
    patience,
    grep,
    lastFailed: isLastFailed,
    shard,
    ...rest
  } = flags;
  const { targets, scenarios, controls: usualControls, reporters: _, ...mine } = config;
  const { duration: usual, patience: usualPatience, ...same } = mine;
  const last = isLastFailed ? lastFailed(program !== undefined) : undefined;
  const only = both([grep && matching(grep), last?.only]);
  const inIt = (time: string | undefined) =>
    time === undefined ? undefined : inConfig(() => parseDuration(time));
  const durationMs = duration ?? inIt(usual);
  const named = target ?? (program === undefined ? (targets ?? last?.targets) : undefined);
  const played = scenario ?? (program === undefined ? (scenarios ?? last?.scenarios) : undefined);
  return {
    ...same,
    ...rest,
    ...defined({
      scenarios: played,
      targets: named,
      programs: program === undefined ? undefined : [program],
      durationMs: durationMs || undefined,
      patienceMs: patience ?? inIt(usualPatience),
      only,
      shard: shard && shardWithSeed(shard, rest.seed ?? config.seed),
    }),
    controls: isControlsGiven ? controls : (usualControls ?? controls),
  };
}

/** Aborted by the first signal; all of them are heard, so that processes are ended in order. */
function onFirstInterrupt(): AbortSignal {
  const signal = onInterrupt();
  signal.addEventListener('abort', () => {
    process.stderr.write('\ninterrupted: ending all processes ...\n');
  });
  return signal;
}

/**
 * Runs with the seed that is given, and then with new ones.
 * @param isShown each has its page in a browser
 * @returns the first that is not valid, or the last
 */
async function repeat(options: Harness.StressOptions, times: number, signal: AbortSignal, isShown: boolean) {
  const { progressReporter } = await import('../index.js');
  let { seed, controls } = options;
  for (let round = 1; ; round++) {
    const onProgress = progressReporter(process.stderr, paintVerdict);
    const run: Harness.StressOptions = {
      ...options,
      ...defined({ seed }),
      controls: controls !== false,
      command: commandTyped(process.argv.slice(2)),
      begunMs: round === 1 ? beganMs() : performance.now(),
      signal,
    };
    const done = await (isShown ? stressInBrowser(run, onProgress) : stressWith(run, onProgress));
    if (times > 1) process.stderr.write(`round ${round}: ${done.result}, seed ${done.seed}\n`);
    if (done.result !== 'valid' || round >= times) return done;
    seed = undefined;
    // That the harness can see was shown a moment ago.
    controls = false;
  }
}

async function stressWith(options: Harness.StressOptions, onProgress: (progress: Harness.Progress) => void) {
  const { stress } = await import('../index.js');
  return stress({ ...options, onProgress });
}

function timesOf(given: number | true | undefined): number {
  return given === undefined ? 1 : given === true ? Number.POSITIVE_INFINITY : given;
}

/** The names are checked by the harness, which knows them. */
function parseClients(text: string): Record<string, number> {
  return Object.fromEntries(
    parseNames(text).map((part) => {
      const [, name, count] = /^([\w-]+)=(\d+)$/.exec(part) ?? [];
      if (!name) throw new InvalidArgumentError(`Expected name=count, like tui=2,server=1; got "${part}".`);
      return [name, Number(count)];
    }),
  );
}

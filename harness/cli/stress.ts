import { type Command, InvalidArgumentError, Option } from 'commander';
import { exitCodes } from '../../src/cli/exit-codes.js';
import { parseDuration, parseNames, parseShard, parseWhole } from '../../src/cli/parse.js';
import { paintVerdict } from '../../src/cli/render.js';
import type * as Harness from '../index.js';
import { explainLosses } from './explain.js';
import { reportToGithub } from './github.js';
import { addProgramOptions, type ProgramFlags, takeProgram } from './program-options.js';
import { parseReporters, type Reporter, reporterNames, writeReports } from './reporters.js';

interface Flags {
  scenario?: string[];
  target?: string[];
  clients?: Record<string, number>;
  operations?: number;
  runtime?: Harness.RuntimeChoice;
  duration?: number;
  seed?: number;
  out?: string;
  reporter?: Reporter[];
  json?: boolean;
  shard?: { index: number; of: number };
  controls: boolean;
  explain?: boolean;
  emitTest?: string;
  verbose?: boolean;
}

type AllFlags = Flags & ProgramFlags;

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
      ).choices([...['node', 'bun', 'deno', 'mixed']]),
    )
    .option('--operations <n>', 'end each client after n operations', parseWhole)
    .option(
      '--duration <time>',
      'how long the whole command takes, judging included, within a tenth: 20s, 10m; below a minute it takes up to 20 s more where too little has happened; --explain comes on top; default: 50s',
      parseDuration,
    )
    .option('--seed <n>', 'repeat what the clients do; default: a new one', parseWhole)
    .option('--out <dir>', "the run's own directory; default: a new one in reports")
    .option(
      '--reporter <list>',
      `what is printed, or, as NAME=FILE, written: ${reporterNames.join(', ')}; default: list`,
      parseReporters,
    )
    .option('--json', 'the same as --reporter json')
    .option('--verbose', 'tell of every violation in the report, as a table')
    .option('--shard <i/n>', 'run the i-th of n parts of the scenarios', parseShard)
    .option('--no-controls', 'do not first find the planted bugs')
    .option('--explain', 'search for an exact schedule of the first loss of each scenario')
    .option('--emit-test <file>', 'with --explain: write a Vitest file that runs it again')
    .addHelpText('after', examples)
    .action(run);
  addProgramOptions(command);
}

const examples = `
Examples:
  holdfast stress                                       every scenario on the hardened store, about 50 s
  holdfast stress --target naive --no-controls          see what the agent's own code loses
  holdfast stress --target ./my-store.ts --duration 2m  put your own store to the test
  holdfast stress --command npm                         a program that ships as data (see: holdfast list programs)
  holdfast stress --command './store.py {file} {key} {value}' --format json
                                                        any executable, as it is

Exit codes: 0 all guarantees held, 1 violated, 2 usage, 3 inconclusive, 4 nothing matched, 5 a planted bug was not found,
70 internal error, 130 interrupted.`;

async function run(flags: AllFlags): Promise<void> {
  const { stress, progressReporter, UsageError } = await import('../index.js');
  const { scenario, target, controls, duration, json, reporter, explain, emitTest, verbose, ...others } =
    flags;
  const { program, rest } = await takeProgram(others);
  if (program !== undefined && explain)
    throw new UsageError('--explain steers a store within its process, and not a program', 'leave it out');
  if (emitTest !== undefined && !explain)
    throw new UsageError('--emit-test has nothing to write', 'give --explain, too');
  const interrupt = new AbortController();
  const onSignal = () => {
    if (!interrupt.signal.aborted) process.stderr.write('\ninterrupted: ending all processes ...\n');
    interrupt.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);

  const { out, ...report } = await stress({
    ...rest,
    ...(scenario ? { scenarios: scenario } : {}),
    ...(target ? { targets: target } : {}),
    ...(program === undefined ? {} : { programs: [program] }),
    ...(duration ? { durationMs: duration } : {}),
    controls,
    signal: interrupt.signal,
    onProgress: progressReporter(process.stderr, paintVerdict),
  } satisfies Harness.StressOptions);

  const wanted = json ? [{ name: 'json' as const }] : (reporter ?? [{ name: 'list' as const }]);
  await writeReports(report, out, wanted, { isVerbose: verbose === true });
  await reportToGithub(report);
  process.exitCode = exitCodes[report.result];
  if (explain) await explainLosses(report.scenarios, out, emitTest, interrupt.signal);
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

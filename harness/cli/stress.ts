import { type Command, InvalidArgumentError, Option } from 'commander';
import { exitCodes } from '../../src/cli/exit-codes.js';
import { parseDuration, parseNames, parseShard, parseWhole } from '../../src/cli/parse.js';
import type * as Harness from '../index.js';
import { explainLosses } from './explain.js';
import { addProgramOptions, type ProgramFlags, takeProgram } from './program-options.js';

interface Flags {
  scenario?: string[];
  target?: string[];
  clients?: Record<string, number>;
  operations?: number;
  runtime?: Harness.RuntimeChoice;
  duration?: number;
  seed?: number;
  out?: string;
  reporter: string[];
  json?: boolean;
  shard?: { index: number; of: number };
  controls: boolean;
  explain?: boolean;
  emitTest?: string;
}

type AllFlags = Flags & ProgramFlags;

const reporters = ['list', 'json', 'markdown'];

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
    .option(
      '--operations <n>',
      'end each client after n operations; of a program by default 10 to 500, as many as fit',
      parseWhole,
    )
    .option(
      '--duration <time>',
      'how long all scenarios and controls take together: 20s, 10m; judging comes on top, and up to 20 s for a scenario in which too little has happened; default: 55s',
      parseDuration,
    )
    .option('--seed <n>', 'repeat what the clients do; default: a new one', parseWhole)
    .option('--out <dir>', "the run's own directory; default: a new one in reports")
    .option('--reporter <list>', `what is printed: ${reporters.join(', ')}`, parseReporters, ['list'])
    .option('--json', 'the same as --reporter json')
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
  holdfast stress                                       every scenario on the hardened store, about a minute
  holdfast stress --target naive --no-controls          see what the agent's own code loses
  holdfast stress --target ./my-store.ts --duration 2m  put your own store to the test
  holdfast stress --command npm                         a program that ships as data (see: holdfast list programs)
  holdfast stress --command './store.py {file} {key} {value}' --format json
                                                        any executable, as it is

Exit codes: 0 all guarantees held, 1 violated, 2 usage, 3 inconclusive, 4 nothing matched, 5 a planted bug was not found,
70 internal error, 130 interrupted.`;

async function run(flags: AllFlags): Promise<void> {
  const { stress, toMarkdown, toTerminal, progressReporter, UsageError } = await import('../index.js');
  const { scenario, target, controls, duration, json, reporter, explain, emitTest, ...others } = flags;
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
    onProgress: progressReporter(process.stderr),
  } satisfies Harness.StressOptions);

  const wanted = json ? ['json'] : reporter;
  if (wanted.includes('list')) process.stdout.write(`\n${toTerminal(report, out)}\n`);
  if (wanted.includes('markdown')) process.stdout.write(`${toMarkdown(report)}\n`);
  if (wanted.includes('json')) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  process.exitCode = exitCodes[report.result];
  if (explain) await explainLosses(report.scenarios, out, emitTest, interrupt.signal);
}

function parseReporters(text: string): string[] {
  const names = parseNames(text);
  const stranger = names.find((name) => !reporters.includes(name));
  if (stranger)
    throw new InvalidArgumentError(`Expected one or more of ${reporters.join(', ')}; got "${stranger}".`);
  return names;
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

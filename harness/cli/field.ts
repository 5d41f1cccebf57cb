import path from 'node:path';
import type { Command } from 'commander';
import { exitCodes } from '../../src/cli/exit-codes.js';
import { interrupted, onInterrupt } from '../../src/cli/interrupt.js';
import { parseDuration, parseWhole } from '../../src/cli/parse.js';
import { clearLive, paintVerdict, printReport, showLive } from '../../src/cli/render.js';
import type * as Harness from '../index.js';

interface Flags {
  all?: boolean;
  duration: number;
  seed?: number;
  out?: string;
  json?: boolean;
  explore?: number | true;
}

const searchMsDefault = 60_000;

export function addField(program: Command): void {
  program
    .command('field')
    .description('what the programs that are installed here lose: the same test for each, as one table')
    .argument(
      '[name...]',
      'programs that ship as data (see: holdfast list programs); default: all that are here',
    )
    .option('--all', 'also name those that are not here, or could not be tried')
    .option('--duration <time>', 'for each program; default: 20s', parseDuration, 20_000)
    .option(
      '--explore [time]',
      'then search the interleavings of two processes of each, with one preemption, for so long at most; default: 1m',
      parseDuration,
    )
    .option('--seed <n>', 'repeat what the clients do; default: a new one', parseWhole)
    .option('--out <dir>', "the survey's own directory; default: reports/field")
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nEach runs in a home of its own, as stress --command NAME does, and explore --command NAME with --explore, which needs Linux and a C\ncompiler. Exit codes are those of stress: the worst counts.',
    )
    .action(run);
}

async function run(
  names: string[],
  { all, json, duration, out, seed, explore: asked }: Flags,
): Promise<void> {
  const harness = await import('../index.js');
  const { field, fieldTable, progressReporter, worstOf } = harness;
  const signal = onInterrupt();
  const searchMs = asked === true ? searchMsDefault : asked;
  const surveyed: Harness.Surveyed[] = await field({
    names,
    durationMs: duration,
    ...(seed === undefined ? {} : { seed }),
    out: out ?? path.join('reports', 'field'),
    signal,
    onProgress: progressReporter(process.stderr, paintVerdict),
    ...(searchMs === undefined ? {} : { search: (name) => searchOf(harness, name, searchMs, signal) }),
  });
  const isAll = all === true || names.length > 0;
  if (json) process.stdout.write(`${JSON.stringify(surveyed, null, 2)}\n`);
  else printReport(`\n${fieldTable(surveyed, isAll)}`);
  if (signal.aborted) process.stderr.write(interrupted);
  const results = surveyed.flatMap(({ report }) => report?.result ?? []);
  process.exitCode = signal.aborted
    ? exitCodes.interrupted
    : results.length === 0
      ? exitCodes.nothingMatched
      : exitCodes[worstOf(results)];
}

async function searchOf(
  { explore, UsageError }: typeof Harness,
  program: string,
  durationMs: number,
  signal: AbortSignal,
): Promise<Harness.SurveyedSearch> {
  try {
    const { executions, failed, exhausted, result, reason } = await explore({
      program,
      durationMs,
      signal,
      preemptions: 1,
      stopAtFirst: false,
      onWarning: () => {},
      onProgress: (count) => showLive(`${program}: ${count} executions`),
    });
    clearLive();
    if (result === 'unknown') return { why: reason ?? 'the search could not be trusted' };
    return { executions, failed, exhausted };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { why: error.message.split('\n', 1)[0] ?? '' };
  }
}

import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { exitCodes } from '../../src/cli/exit-codes.js';
import { onInterrupt } from '../../src/cli/interrupt.js';
import { parseNames, parseWhole } from '../../src/cli/parse.js';
import { clearLive, printReport, showLive } from '../../src/cli/render.js';
import { UsageError } from '../../src/cli/usage-error.js';
import type { BenchReport } from '../index.js';

interface Flags {
  suite: string;
  only?: string[];
  target?: string;
  rounds?: number;
  dir?: string;
  svg?: string;
  compare?: string;
  json?: boolean;
}

export function addBench(program: Command): void {
  program
    .command('bench')
    .description(
      'measure a store beside others, with real processes, in about a minute; or tokens, the checks, the search',
    )
    .option(
      '--suite <name>',
      'what is measured: store, verify (tokens), check, explore or endure (memory)',
      'store',
    )
    .option(
      '--only <part...>',
      'parts of it, of store: sequential, concurrent, contended, curve, reads, rivals; of verify: verification; of check: file, recorded, growth; of explore: executions, simulations; of endure: endurance, sizes, crowd; default: all',
      parseNames,
    )
    .option('--target <name>', 'the store: a name (see: holdfast list targets) or a path; default: hardened')
    .option('--rounds <n>', 'how often each comparison is repeated', parseWhole)
    .option('--dir <dir>', 'on whose file system; default: that of the current directory')
    .option('--svg <file>', 'draw the curve over the number of processes into this file')
    .option('--compare <file>', 'say what got slower or faster than in this report, which --json wrote')
    .option('--json', 'as JSON')
    .addHelpText('after', help)
    .action(run);
}

const help = `
What is compared is taken in turn, round by round; a ratio is the median of the rounds. Times decide nothing. Something got slower
where no round of the one report is within the range of the other, and the medians are a tenth apart. Rates and ratios are compared,
and no latencies. Compare on one machine, at rest, with --rounds 3 or more. The exit code does not depend on it.

Examples:
  holdfast bench --json > before.json                                all of the store, kept
  holdfast bench --compare before.json                               what got slower since
  holdfast bench --suite endure --rounds 10                          a million sets: what memory and descriptors come to
  holdfast bench --only curve --svg curve.svg                        one process, and more of them, beside SQLite and LMDB

Exit codes: 0 the store lost nothing, 1 it lost something, 2 usage, 70 internal error, 130 interrupted.`;

async function run({ dir, json, svg, compare, ...flags }: Flags): Promise<void> {
  const { bench, benchToTerminal, compareReports, comparisonToTerminal, curvesToSvg } = await import(
    '../index.js'
  );
  const before = compare === undefined ? undefined : readReport(compare);
  // Before minutes of measuring: a place that can't be written to.
  if (svg !== undefined) ensureWritable(svg);
  const signal = onInterrupt();
  const report = await bench({
    ...flags,
    ...(dir === undefined ? {} : { directory: dir }),
    signal,
    onProgress: showLive,
  });
  clearLive();
  const comparison = before && compareReports(before, report);
  if (json) {
    process.stdout.write(`${JSON.stringify({ ...report, ...(comparison ?? {}) }, null, 2)}\n`);
  } else {
    printReport(benchToTerminal(report));
    if (comparison) printReport(comparisonToTerminal(comparison, compare ?? ''));
  }
  const curves = report.results.filter((result) => result.kind === 'curve');
  if (svg !== undefined && curves.length > 0) writeFileSync(svg, curvesToSvg(curves));
  else if (svg !== undefined) process.stderr.write(`no curve was measured, so ${svg} has no picture\n`);
  if (report.interrupted) process.exitCode = exitCodes.interrupted;
  else process.exitCode = report.lost > 0 ? exitCodes.invalid : exitCodes.valid;
}

/** @throws UsageError where it can't be */
function ensureWritable(file: string): void {
  try {
    closeSync(openSync(file, 'a'));
  } catch (error) {
    throw new UsageError(`${file} can't be written: ${(error as Error).message}`, 'give --svg another path');
  }
}

/** @throws UsageError for anything but a report of a bench */
function readReport(file: string): BenchReport {
  const expected = 'expected a file that "holdfast bench --json" wrote';
  let report: Partial<BenchReport>;
  try {
    report = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`${file} can't be compared with: ${(error as Error).message}`, expected);
  }
  if (report?.schema !== 1 || !Array.isArray(report.results))
    throw new UsageError(`${file} is no report of a bench`, expected);
  return report as BenchReport;
}

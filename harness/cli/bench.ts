import { readFileSync, writeFileSync } from 'node:fs';
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
    .option('--suite <name>', 'what is measured: store, verify (tokens), check or explore', 'store')
    .option(
      '--only <part...>',
      'parts of it, of store: sequential, concurrent, contended, curve, reads, rivals; of verify: verification; of check: file, recorded, growth; of explore: executions; default: all',
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
where no round of the one report is within the range of the other, and the medians are a tenth apart. Compare on one machine, at rest.

Examples:
  holdfast bench --json > before.json                                all of the store, kept
  holdfast bench --compare before.json                               what got slower since
  holdfast bench --only curve --svg curve.svg                        one process, and more of them, beside SQLite and LMDB

Exit codes: 0 the store lost nothing, 1 it lost something, 2 usage, 70 internal error, 130 interrupted.`;

async function run({ dir, json, svg, compare, ...flags }: Flags): Promise<void> {
  const { bench, benchToTerminal, compareReports, curvesToSvg, differencesToTerminal } = await import(
    '../index.js'
  );
  const before = compare === undefined ? undefined : readReport(compare);
  const signal = onInterrupt();
  const report = await bench({
    ...flags,
    ...(dir === undefined ? {} : { directory: dir }),
    signal,
    onProgress: showLive,
  });
  clearLive();
  const differences = before && compareReports(before, report);
  if (svg !== undefined)
    writeFileSync(svg, curvesToSvg(report.results.filter((result) => result.kind === 'curve')));
  if (json) {
    process.stdout.write(
      `${JSON.stringify({ ...report, ...(differences ? { differences } : {}) }, null, 2)}\n`,
    );
  } else {
    printReport(benchToTerminal(report));
    if (differences) printReport(differencesToTerminal(differences, compare ?? ''));
  }
  if (report.interrupted) process.exitCode = exitCodes.interrupted;
  else process.exitCode = report.lost > 0 ? exitCodes.invalid : exitCodes.valid;
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

import type { Command } from 'commander';
import { exitCodes } from '../../src/cli/exit-codes.js';
import { onInterrupt } from '../../src/cli/interrupt.js';
import { parseNames, parseWhole } from '../../src/cli/parse.js';
import { clearLive, printReport, showLive } from '../../src/cli/render.js';

interface Flags {
  suite: string;
  only?: string[];
  target?: string;
  rounds?: number;
  dir?: string;
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
      'parts of it, of store: sequential, concurrent, contended, reads, rivals; of verify: verification; of check: file, recorded, growth; of explore: executions; default: all',
      parseNames,
    )
    .option('--target <name>', 'the store: a name (see: holdfast list targets) or a path; default: hardened')
    .option('--rounds <n>', 'how often each comparison is repeated', parseWhole)
    .option('--dir <dir>', 'on whose file system; default: that of the current directory')
    .option('--json', 'as JSON')
    .addHelpText('after', help)
    .action(run);
}

const help = `
What is compared is taken in turn, round by round; a ratio is the median of the rounds. Times decide nothing.

Exit codes: 0 the store lost nothing, 1 it lost something, 2 usage, 70 internal error, 130 interrupted.`;

async function run({ dir, json, ...flags }: Flags): Promise<void> {
  const { bench, benchToTerminal } = await import('../index.js');
  const signal = onInterrupt();
  const report = await bench({
    ...flags,
    ...(dir === undefined ? {} : { directory: dir }),
    signal,
    onProgress: showLive,
  });
  clearLive();
  if (json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else printReport(benchToTerminal(report));
  if (report.interrupted) process.exitCode = exitCodes.interrupted;
  else process.exitCode = report.lost > 0 ? exitCodes.invalid : exitCodes.valid;
}

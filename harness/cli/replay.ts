import { type Command, Option } from 'commander';
import { exitCodes } from '../../src/cli/exit-codes.js';
import { interrupted, onInterrupt } from '../../src/cli/interrupt.js';
import { parseWhole } from '../../src/cli/parse.js';
import { printReport } from '../../src/cli/render.js';
import type * as Harness from '../index.js';

interface Flags {
  target?: string;
  executor?: Harness.ExecutorName;
  times?: number;
  json?: boolean;
}

export function addReplay(program: Command): void {
  program
    .command('replay')
    .description('run a schedule again that a search has found')
    .argument('<schedule>', 'its id, as the search printed it, or the path of its file')
    .option('--target <name>', 'another store than the one that it was found on')
    .addOption(
      new Option('--executor <name>', 'what runs the clients; default: process').choices(['process', 'sim']),
    )
    .option('--times <n>', 'how often; default: 2', parseWhole)
    .option('--json', 'as JSON')
    .addHelpText('after', help)
    .action(run);
}

const help = `
The first two runs are in new processes, which import the target as it is and are really killed.

Exit codes: 0 no guarantee was broken, 1 one was, 2 usage, 3 it led elsewhere, 4 no such schedule, 70 internal error,
130 interrupted.`;

async function run(wanted: string, { json, ...flags }: Flags): Promise<void> {
  const { loadSchedule, replayedToTerminal, replaySchedule } = await import('../index.js');
  const signal = onInterrupt();
  const replayed = await replaySchedule(loadSchedule(wanted, process.cwd()), { ...flags, signal });
  if (json) process.stdout.write(`${JSON.stringify(replayed, null, 2)}\n`);
  else printReport(replayedToTerminal(replayed));
  if (signal.aborted) process.stderr.write(interrupted);
  process.exitCode = signal.aborted ? exitCodes.interrupted : exitCodes[replayed.result];
}

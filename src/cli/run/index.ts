import type { Command } from 'commander';
import { fileOf } from '../auth/source.js';
import { insist } from '../unsafe.js';
import { runGuarded } from './run.js';

interface RunFlags {
  guard?: boolean;
  file?: string;
  allowUnsafe?: boolean;
}

export function addRun(program: Command): void {
  program
    .command('run')
    .description("run a command, and guard the agent's credential file as long as it runs")
    .argument('<command...>', 'the command and its arguments, after --')
    .option('--guard', 'watch the file and repair what the command erases unknowingly; the default')
    .option('--file <path>', "the credential file; default: the agent's own")
    .option('--allow-unsafe', insist)
    .addHelpText(
      'after',
      `
It watches the file while the command runs, and repairs what agents erase or bring back because they wrote from an older copy:
see "holdfast auth guard --help". Several runs share one guard. The command has the terminal to itself; at its end there is one
line on stderr. Signals are passed on, and the exit code is that of the command: 127 if there is no such command, 126 if it can't
be run.

Examples:
  holdfast run --guard -- opencode
  holdfast run --guard -- opencode serve --port 4096`,
    )
    .action((command: string[], flags: RunFlags) => runGuarded(command, fileOf(flags), flags.allowUnsafe));
}

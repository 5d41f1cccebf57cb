import type { Command } from 'commander';
import { fileOf } from '../auth/source.js';
import { insist } from '../unsafe.js';
import { UsageError } from '../usage-error.js';
import { runIsolated } from './isolate.js';
import { runGuarded } from './run.js';

interface RunFlags {
  guard?: boolean;
  isolate?: boolean;
  file?: string;
  allowUnsafe?: boolean;
}

export function addRun(program: Command): void {
  program
    // All behind the command is its own.
    .enablePositionalOptions()
    .command('run')
    .description("run a command that can't lose what others write into the agent's credential file")
    .argument('<command...>', 'the command and its arguments')
    .passThroughOptions()
    .option('--isolate', "isolate it, or don't run it")
    .option('--guard', 'only watch the file, and repair what the command erases unknowingly')
    .option('--file <path>', "the credential file; default: the agent's own")
    .option('--allow-unsafe', insist)
    .addHelpText(
      'after',
      `
The command is isolated where that is possible: on Linux 5.14 or newer, with a C compiler for the helper, on first use. It reads
snapshots of the file. What it writes goes into a private file, and is merged with what others have written, entry by entry,
before its close returns. Nothing is lost, and nothing comes back. Elsewhere, or with --guard, the file is watched, and repaired:
see "holdfast auth guard --help".

The command has the terminal to itself; at its end there is one line on stderr. Signals are passed on, and the exit code is that
of the command: 127 if there is no such command, 126 if it can't be run. Programs get no new rights by sudo or setuid.

Examples:
  holdfast run opencode
  holdfast run --isolate -- opencode serve --port 4096
  holdfast run --guard -- opencode`,
    )
    .action(async (command: string[], flags: RunFlags) => {
      const { guard = false, isolate = false, allowUnsafe } = flags;
      if (guard && isolate) throw new UsageError('--guard and --isolate exclude each other');
      const file = fileOf(flags);
      if (guard) await runGuarded(command, file, allowUnsafe);
      else await runIsolated(command, file, { allowUnsafe, insists: isolate });
    });
}

import type { Command } from 'commander';
import { lineFormat } from '../../isolation/line-format.js';
import type { DocumentFormat } from '../../store/document/format.js';
import { fileOf } from '../auth/source.js';
import { insist } from '../unsafe.js';
import { UsageError } from '../usage-error.js';
import { runIsolated } from './isolate.js';
import { runGuarded } from './run.js';

interface RunFlags {
  guard?: boolean;
  isolate?: boolean;
  file?: string;
  format?: string;
  allowUnsafe?: boolean;
}

export function addRun(program: Command): void {
  program
    // All behind the command is its own.
    .enablePositionalOptions()
    .command('run')
    .description("run a command, and keep it from losing what others write into the agent's credential file")
    .argument('<command...>', 'the command and its arguments')
    .passThroughOptions()
    .option('--guard', 'watch the file, and repair what the command erases unknowingly (the default)')
    .option('--isolate', "experimental: isolate the command from the file, or don't run it")
    .option('--file <path>', "the credential file; default: the agent's own")
    .option('--format <name>', 'with --isolate, of another file: json, ini, lines, or lines:END-OF-KEY')
    .option('--allow-unsafe', insist)
    .addHelpText(
      'after',
      `
The file is watched, and repaired: see "holdfast auth guard --help".

With --isolate, which is experimental, the command reads snapshots of the file. What it writes goes into a private file, and is
merged with what others have written, entry by entry, before its close returns. That takes Linux 5.14 or newer, and a C compiler
for the helper, on first use. It has known limits: some calls and programs pass by it, and one that does several things at a time
can be misread. GUARANTEES.md lists them. Where it can't be had, the command is not run.

The command has the terminal to itself; at its end there is one line on stderr. Signals are passed on, and the exit code is that
of the command: 127 if there is no such command, 126 if it can't be run. Programs get no new rights by sudo or setuid.

Examples:
  holdfast run opencode
  holdfast run --isolate -- opencode serve --port 4096
  holdfast run --isolate --format ini --file ~/.npmrc -- npm config set fund false
  holdfast run -- opencode serve`,
    )
    .action(async (command: string[], flags: RunFlags) => {
      const { guard = false, isolate = false, allowUnsafe } = flags;
      if (guard && isolate) throw new UsageError('--guard and --isolate exclude each other');
      const file = fileOf(flags);
      const format = formatOf(flags);
      if (isolate) await runIsolated(command, file, { allowUnsafe, format });
      else await runGuarded(command, file, allowUnsafe);
    });
}

/** Undefined for JSON. @throws UsageError */
function formatOf({ format = 'json', file, isolate = false }: RunFlags): DocumentFormat | undefined {
  if (format === 'json') return undefined;
  const found = lineFormat(format);
  if (!found)
    throw new UsageError(
      `--format: expected json, ini, lines or lines:END-OF-KEY, got ${JSON.stringify(format)}`,
    );
  if (!isolate) throw new UsageError('--format goes with --isolate: only JSON is guarded');
  if (file === undefined) throw new UsageError("--format goes with --file: the agent's own file is JSON");
  return found;
}

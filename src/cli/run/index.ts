import type { Command } from 'commander';
import { formatNamed, formatNames, showsItsEnd } from '../../isolation/formats.js';
import type { DocumentFormat } from '../../store/document/format.js';
import { fileOf } from '../auth/source.js';
import { insist } from '../unsafe.js';
import { UsageError } from '../usage-error.js';
import { runIsolated } from './isolate.js';
import { runGuarded } from './run.js';

interface RunFlags {
  guard?: boolean;
  isolate?: boolean;
  tryIsolate?: boolean;
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
    .option('--try-isolate', 'the same where it can be done; otherwise say why not, and guard')
    .option('--file <path>', "the credential file; default: the agent's own")
    .option('--format <name>', `of another file: ${formatNames}`)
    .option('--allow-unsafe', insist)
    .addHelpText(
      'after',
      `
The file is watched, and repaired: see "holdfast auth guard --help".

With --isolate, which is experimental, the command reads snapshots of the file. What it writes goes into a private file, and is
merged with what others have written, entry by entry, before its close returns. That takes Linux 5.14 or newer, and a C compiler
for the helper, on first use, or the package that has it prebuilt (holdfast-linux-x64, holdfast-linux-arm64). It has known limits: some calls and programs pass by it, and one that does several things at a time
can be misread. GUARANTEES.md lists them. Where it can't be had, the command is not run; with --try-isolate it is guarded.

The command has the terminal to itself; at its end there is one line on stderr. Signals are passed on, and the exit code is that
of the command: 127 if there is no such command, 126 if it can't be run. Programs get no new rights by sudo or setuid.

Examples:
  holdfast run opencode
  holdfast run --isolate -- opencode serve --port 4096
  holdfast run --isolate --format ini --file ~/.npmrc -- npm config set fund false
  holdfast run -- opencode serve`,
    )
    .action(async (command: string[], flags: RunFlags) => {
      const { guard = false, isolate = false, tryIsolate = false, allowUnsafe } = flags;
      if (Number(guard) + Number(isolate) + Number(tryIsolate) > 1)
        throw new UsageError('--guard, --isolate and --try-isolate exclude each other');
      const file = fileOf(flags);
      const format = await formatOf(flags);
      if (isolate || tryIsolate)
        await runIsolated(command, file, { allowUnsafe, format, orGuarded: tryIsolate });
      else await runGuarded(command, file, { allowUnsafe, format });
    });
}

/** Undefined for JSON. @throws UsageError */
async function formatOf({
  format = 'json',
  file,
  isolate = false,
  tryIsolate = false,
}: RunFlags): Promise<DocumentFormat | undefined> {
  if (format === 'json') return undefined;
  const found = await formatNamed(format);
  if (!found) throw new UsageError(`--format: expected ${formatNames}, got ${JSON.stringify(format)}`);
  if (!isolate && !tryIsolate && !showsItsEnd(found))
    throw new UsageError(
      `--format ${format} goes with --isolate: only JSON is guarded, as half of another text looks whole`,
    );
  if (file === undefined) throw new UsageError("--format goes with --file: the agent's own file is JSON");
  return found;
}

import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { StoreError } from '../errors/store-error.js';
import { begin } from './began.js';
import { exitCodes, storeFailure } from './exit-codes.js';
import { fitHelp } from './help-text.js';
import { withoutSecrets } from './masking.js';
import { importNeeded } from './needed-package.js';

/** The system refused a path that the user gave, or the place that the user is in. */
const placeErrors = new Set([
  ...['ENOENT', 'EISDIR', 'ENOTDIR', 'EACCES', 'EPERM', 'EROFS', 'EEXIST'],
  ...['ENAMETOOLONG', 'ELOOP'],
]);
/** The machine has no more of something, or a disk fails: no stack explains it. */
const machineErrors = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EMFILE', 'ENFILE', 'ENOMEM']);

/** Runs the command line to its end: adds the commands, reports what went wrong, sets the exit code. */
export async function runProgram(addCommands: (program: Command) => void): Promise<void> {
  begin();
  // `| head` has seen enough: that is no error, and no verdict either.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit();
    });
  }
  // Node's own exit code for these is 1, which here would say that a guarantee was violated.
  process.on('uncaughtException', (error) => process.exit(report(error)));

  try {
    const program = new Command('holdfast')
      .description('Find, reproduce and prevent lost updates in files that several processes share.')
      .version(version())
      .exitOverride()
      .configureOutput({
        outputError: (text, write) => write(masked(text)),
        writeOut: (text) => process.stdout.write(fitted(text)),
      });
    addCommands(program);
    await addCompletion(program);
    refuseShortly(program);
    // Who gives no command wants to know which there are: that is no error.
    if (process.argv.length <= 2) program.outputHelp();
    else await program.parseAsync();
  } catch (error) {
    process.exitCode = report(error);
  }
}

/** Adds the command that prints the completion script of a shell, and answers it. What it needs is loaded for it alone. */
async function addCompletion(program: Command): Promise<void> {
  if (process.argv[2] === 'complete') {
    const load = () => import('@bomb.sh/tab/commander');
    const { default: complete } = await importNeeded('holdfast complete', '@bomb.sh/tab', load);
    complete(program);
    return;
  }
  program
    .command('complete')
    .description('print the completion script of a shell: zsh, bash, fish or powershell')
    .argument('<shell>');
}

/** An error of usage is some lines, which help would push off the screen. */
function refuseShortly(command: Command, names = command.name()): void {
  command.exitOverride().showHelpAfterError(`See ${names} --help`);
  for (const one of command.commands) refuseShortly(one, `${names} ${one.name()}`);
}

function version(): string {
  const manifest = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

/** Help, on a terminal. */
function fitted(text: string): string {
  const { isTTY, columns } = process.stdout;
  return isTTY ? fitHelp(text, columns || 80) : text;
}

/** Prints what went wrong. @returns the exit code */
function report(error: unknown): number {
  // Commander has said it already; help and version are no errors.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
  const [message, code] = explain(error);
  process.stderr.write(`holdfast: ${masked(message)}\n`);
  return code;
}

/** Every message about a command that failed goes through this. */
function masked(text: string): string {
  return withoutSecrets(text, process.argv.slice(2));
}

function explain(error: unknown): [message: string, exitCode: number] {
  if (!(error instanceof Error)) return [`internal error: ${String(error)}`, exitCodes.internal];
  // By name: a target's module may bring a class of its own from another copy of the package.
  if (error.name === 'UsageError') return [error.message, exitCodes.usage];
  if (error.name === 'NothingMatchedError') return [error.message, exitCodes.nothingMatched];
  if (error instanceof StoreError) return [error.message, storeFailure(error)];
  const { code = '', syscall } = error as NodeJS.ErrnoException;
  // A full disk, say, that stdout leads to.
  if (syscall === 'write' && !('path' in error))
    return [`could not write the output: ${code}`, exitCodes.internal];
  if (placeErrors.has(code)) return [error.message, exitCodes.usage];
  if (machineErrors.has(code)) return [error.message, exitCodes.internal];
  return [`internal error: ${error.stack}`, exitCodes.internal];
}

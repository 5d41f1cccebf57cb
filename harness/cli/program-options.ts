import { type Command, InvalidArgumentError } from 'commander';
import { parseWhole } from '../../src/cli/parse.js';
import type { Specification } from '../programs/specification.js';

/** The options that name a program, or say what it is. Their names are those of a specification's members. */
export type ProgramFlags = Omit<
  Specification,
  'name' | 'title' | 'install' | 'tried' | 'version' | 'directory' | 'seed'
>;

const names: readonly (keyof ProgramFlags)[] = [
  ...([
    'command',
    'commandRemove',
    'commandList',
    'commandGet',
    'stdin',
    'shell',
    'lines',
    'file',
    'format',
  ] as const),
  ...([
    'prepare',
    'env',
    'failed',
    'failedWhen',
    'timeout',
    'slow',
    'seedFile',
    'private',
    'strict',
  ] as const),
  ...(['serve', 'ready', 'servers', 'set', 'remove'] as const),
];

/** Adds the options by which any executable, or server, is put to the test. */
export function addProgramOptions(command: Command): void {
  const group = 'A program as it is, in any language:';
  command
    .optionsGroup(group)
    .option(
      '--command <template>',
      'how it sets a key: split into words here, with no shell; {file} {key} {value} {home} {dir} are filled in. Or the name of a program that ships, or of a specification in a JSON file',
    )
    .option('--command-remove <template>', 'how it removes a key; default: nothing is removed')
    .option('--command-list <template>', 'how it prints all entries; default: the file is read')
    .option('--command-get <template>', 'how it prints the value of {key}; default: the file is read')
    .option('--stdin <template>', 'what the command reads: for a {value} that must not be an argument')
    .option('--shell', 'give each command to sh -c as it is, with $FILE, $KEY, $VALUE and $DIR')
    .option(
      '--lines',
      'the command runs on: each client starts it once, asks it by a line of JSON, and reads a line; see docs/programs.md',
    )
    .option('--file <path>', 'where it keeps its entries, relative to its home; default: whatever {file} is')
    .option(
      '--format <format>',
      'how the file is read: json[:path], ini, dotenv, toml[:path], yaml[:path], lines:REGEX with groups key and value; default: by its ending',
    )
    .option('--prepare <template>', 'what is run once in each home', collect)
    .option(
      '--env <name=value>',
      'added to PATH, LANG, and a HOME, TMPDIR and XDG_* of its own',
      collectPairs,
    )
    .option('--failed <codes>', 'exit codes that say: certainly not done', parseCodes)
    .option('--failed-when <regex>', 'the same, by what it writes to standard error')
    .option('--timeout <time>', 'after which a command is killed, its outcome unknown; default: 60s')
    .option('--slow <time>', 'make each open and each read of the file take longer, by strace')
    .option('--seed-file <path>', 'what is in the file at first; a line with {key} and {value} is repeated')
    .option('--private', 'others who may read its files are a violation')
    .option('--strict', 'so is all that is left beside the file; default: only what stops others')
    .optionsGroup('A server as it is:')
    .option('--serve <template>', 'how it is started; {port} is filled in, too')
    .option('--ready <regex>', 'what it prints when it can be asked; default: anything')
    .option('--servers <n>', 'how many share the file; default: 2', parseWhole)
    .option('--set <request>', 'METHOD PATH [BODY] that sets a key: PUT /auth/{key} {"key":"{value}"}')
    .option('--remove <request>', 'METHOD PATH [BODY] that removes a key');
}

/**
 * Takes the options of a program out of all options.
 * @returns its name, its file or what was said of it; undefined where nothing was
 * @throws UsageError where options describe a program that is not named
 */
export async function takeProgram<T extends Partial<ProgramFlags>>(
  flags: T,
): Promise<{ program: string | Specification | undefined; rest: Omit<T, keyof ProgramFlags> }> {
  const isOfProgram = (name: string) => (names as readonly string[]).includes(name);
  const rest = Object.fromEntries(Object.entries(flags).filter(([name]) => !isOfProgram(name)));
  const said = Object.fromEntries(Object.entries(flags).filter(([name]) => isOfProgram(name)));
  return { program: await programOf(said as ProgramFlags), rest: rest as Omit<T, keyof ProgramFlags> };
}

async function programOf(said: ProgramFlags): Promise<string | Specification | undefined> {
  const given = Object.keys(said);
  if (given.length === 0) return undefined;
  const { namedSpecification, UsageError } = await import('../index.js');
  const { command, ...others } = said;
  if (command === undefined && said.serve === undefined && said.commandRemove === undefined)
    throw new UsageError(
      `--${given[0]} describes a program, and none is named`,
      'give --command, or --serve for a server',
    );
  const named = command === undefined ? undefined : namedSpecification(command, process.cwd());
  if (named && command !== undefined && given.length === 1) return command;
  return {
    ...named?.specification,
    ...(named ? { directory: named.directory } : {}),
    ...(named || command === undefined ? {} : { command }),
    ...others,
  };
}

function collect(text: string, before: string[] = []): string[] {
  return [...before, text];
}

function collectPairs(text: string, before: Record<string, string> = {}): Record<string, string> {
  const [, name, value] = /^(\w+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new InvalidArgumentError(`Expected NAME=VALUE; got "${text}".`);
  return { ...before, [name]: value };
}

function parseCodes(text: string): number[] {
  const codes = text.split(',').map(Number);
  if (text !== '' && codes.every((code) => Number.isSafeInteger(code) && code >= 0)) return codes;
  throw new InvalidArgumentError(`Expected exit codes with commas between, like 5,255; got "${text}".`);
}

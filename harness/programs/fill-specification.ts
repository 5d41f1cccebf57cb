import path from 'node:path';
import { UsageError } from '../../src/cli/usage-error.js';
import { readDuration } from '../../src/duration.js';
import { flagOf } from './flags.js';
import { endingOf, formatByName, whyNoFormat } from './formats/index.js';
import type { Asked, Call, Program, Specification } from './specification.js';
import { asksFor, splitWords } from './template.js';

const serversDefault = 2;

/**
 * Answers every question that a specification leaves open, and refuses one with which nothing could be tested.
 * @param directory where it is from: that of its file, or the user's
 * @throws UsageError saying what is missing, in the words of the command line
 */
export function fillSpecification(given: Specification, directory: string): Program {
  const { command, serve, set, remove, commandRemove, commandList, commandGet, stdin } = given;
  const isShell = given.shell === true;
  if ((command === undefined && commandRemove === undefined) === (serve === undefined))
    throw new UsageError('expected either --command, for a program that is run, or --serve, for a server');
  if (serve !== undefined && set === undefined)
    throw new UsageError('--serve needs --set', 'a request like: PUT /auth/{key} {"key":"{value}"}');
  const setting = serve === undefined ? command : set;
  if (given.lines) checkLines(given);
  else checkSetting(serve === undefined ? '--command' : '--set', setting, stdin, isShell);
  if (setting === undefined && !asksForEntry(given.seed))
    throw new UsageError(
      'without --command there is nothing to remove',
      'give --seed-file with a line that has {key} and {value}',
    );
  const toCall = (text: string, flag: string) => commandOf(text, flag, isShell);
  const optional = (text: string | undefined, flag: string) =>
    text === undefined ? undefined : toCall(text, flag);
  const asked = (text: string | undefined, flag: string) =>
    text === undefined ? undefined : serve === undefined ? toCall(text, flag) : requestOf(text, flag);
  const { file, format, isRead } = placeOf(given);
  const lines = given.lines && command !== undefined ? toCall(command, '--command') : undefined;
  const name = given.name ?? nameOf(serve ?? command ?? commandRemove ?? '');
  return {
    name,
    set: lines ? line('set') : asked(setting, serve === undefined ? '--command' : '--set'),
    remove: lines
      ? line('remove')
      : serve === undefined
        ? optional(commandRemove, '--command-remove')
        : asked(remove, '--remove'),
    list: lines ? line('all') : optional(commandList, '--command-list'),
    get: optional(commandGet, '--command-get'),
    stdin,
    lines,
    serve: serve === undefined ? undefined : serverOf(serve, given, toCall(serve, '--serve')),
    file,
    format,
    isRead,
    prepare: [given.prepare ?? []].flat().map((text) => toCall(text, '--prepare')),
    env: given.env ?? {},
    failed: given.failed ?? [],
    failedWhen: patternOf(given.failedWhen, '--failed-when'),
    timeoutMs: timeOf(given.timeout, '--timeout'),
    slowMs: timeOf(given.slow, '--slow'),
    seed: given.seed,
    version: versionOf(given, name, serve ?? command ?? commandRemove ?? ''),
    isPrivate: given.private === true,
    isStrict: given.strict === true,
    directory,
  };
}

const line = (action: Asked['action']): Call => ({ how: 'line', action });

/** A program that runs on is told by each line what is to be done: no word of its command and no other option can say it. */
function checkLines(given: Specification): void {
  const { command = '', serve, shell } = given;
  if (serve !== undefined) throw new UsageError('--lines is for --command, and a server is asked over HTTP');
  const other = (['commandRemove', 'commandList', 'commandGet', 'stdin'] as const).find(
    (member) => given[member] !== undefined,
  );
  if (other !== undefined)
    throw new UsageError(
      `${flagOf(other)} means nothing with --lines`,
      'the program is asked for that by a line, too',
    );
  const word = (['key', 'value'] as const).find((name) =>
    shell ? asksFor(command, name) : command.includes(`{${name}}`),
  );
  if (word !== undefined)
    throw new UsageError(
      `with --lines the command is started once for each client, and has no {${word}}`,
      `leave it out: "${word}" stands in each line that the program reads`,
    );
}

function checkSetting(
  flag: string,
  text: string | undefined,
  stdin: string | undefined,
  isShell: boolean,
): void {
  if (text === undefined) return;
  const all = `${text} ${stdin ?? ''}`;
  const has = (name: 'key' | 'value') => (isShell ? asksFor(all, name) : all.includes(`{${name}}`));
  const written = (name: 'key' | 'value') => (isShell ? `$${name.toUpperCase()}` : `{${name}}`);
  if (!has('value'))
    throw new UsageError(`${flag} has no ${written('value')}: nothing could be recognised afterwards`);
  if (!has('key'))
    throw new UsageError(`${flag} has no ${written('key')}: all clients would set the same entry`);
}

function asksForEntry(seed: string | undefined): boolean {
  return seed?.split('\n').some((line) => line.includes('{key}') && line.includes('{value}')) === true;
}

/** Where the entries are, and how they are read. */
function placeOf(given: Specification): Pick<Program, 'file' | 'format' | 'isRead'> {
  const texts = [given.command, given.commandRemove, given.serve, ...[given.prepare ?? []].flat()];
  const names = texts.some((text) => text !== undefined && asksFor(text, 'file'));
  if (given.file === undefined && !names)
    throw new UsageError(
      'nothing says where the program keeps its entries',
      'give --file PATH, relative to its home, or {file} in the command',
    );
  const file = given.file ?? `entries${given.format === undefined ? '' : endingOf(given.format)}`;
  if (path.isAbsolute(file) || path.normalize(file).startsWith('..'))
    throw new UsageError(
      `--file ${file} is outside the home that the program gets`,
      'expected a path inside it',
    );
  const known = given.format ?? formatByName(file);
  // What says all by its answers may keep them in any format.
  const format = known ?? (given.lines ? 'json' : undefined);
  if (format === undefined)
    throw new UsageError(
      `nothing says how ${file} is to be read`,
      'give --format, like json, ini or lines:REGEX',
    );
  const why = whyNoFormat(format);
  if (why !== undefined) throw new UsageError(`--format: ${why}`);
  const isRead = given.commandList === undefined && known !== undefined;
  return { file: path.normalize(file), format, isRead };
}

function commandOf(text: string, flag: string, isShell: boolean): Call {
  if (isShell) return { how: 'shell', text };
  const words = wordsOf(text, flag);
  if (words.length === 0) throw new UsageError(`${flag} is empty`, 'expected a command');
  return { how: 'words', words };
}

function wordsOf(text: string, flag: string): string[] {
  try {
    return splitWords(text);
  } catch (error) {
    throw new UsageError(`${flag}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function requestOf(text: string, flag: string): Call {
  const [, method, place, body = ''] = /^([A-Z]+) (\/\S*)(?:\s+(.*))?$/s.exec(text.trim()) ?? [];
  if (method === undefined || place === undefined)
    throw new UsageError(`${flag} is no request`, 'expected METHOD PATH [BODY], like DELETE /auth/{key}');
  return { how: 'request', method, path: place, body };
}

function serverOf(text: string, { ready, servers = serversDefault }: Specification, call: Call) {
  if (!asksFor(text, 'port'))
    throw new UsageError('--serve has no {port}: several servers would listen at the same one');
  if (!Number.isSafeInteger(servers) || servers < 1)
    throw new UsageError(`--servers ${servers} is no number of servers`, 'expected a whole number from 1');
  return { call, ready: patternOf(ready, '--ready') ?? '', servers };
}

function patternOf(source: string | undefined, flag: string): string | undefined {
  if (source === undefined) return undefined;
  try {
    return new RegExp(source, 'm').source;
  } catch (error) {
    throw new UsageError(`${flag} is no pattern: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function timeOf(text: string | undefined, flag: string): number | undefined {
  if (text === undefined) return undefined;
  const milliseconds = readDuration(text);
  if (milliseconds !== undefined) return milliseconds;
  throw new UsageError(`${flag} ${text} is no time`, 'expected a number and a unit, like 500ms or 90s');
}

/** Only a program that is found by its name is asked for `--version`: what a script of the user makes of that is unknown. */
function versionOf({ version, shell }: Specification, name: string, text: string): Call | undefined {
  if (version !== undefined) return commandOf(version, 'version', false);
  if (shell) return undefined;
  const [first = ''] = wordsOf(text, name);
  return first === '' || /[\\/{]/.test(first) ? undefined : { how: 'words', words: [first, '--version'] };
}

function nameOf(text: string): string {
  const [first = ''] = text.trim().split(/\s+/);
  return path.basename(first) || 'program';
}

import path from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseCount, parseDuration, parseNames, parseWhole } from '../../src/cli/parse.js';
import type * as Harness from '../index.js';
import { addProgramOptions, type ProgramFlags } from './program-options.js';
import { parseShardFlag, type ShardFlag } from './shard.js';

export interface Flags {
  target?: string[];
  scenario?: string[];
  clients?: string;
  processes?: number;
  strategy?: Harness.StrategyName;
  executor?: Harness.ExecutorName;
  preemptions?: number;
  schedules?: number;
  prune: boolean;
  sameKey?: boolean;
  modes?: boolean;
  samePid?: boolean;
  idle?: boolean | number;
  crash?: boolean | number;
  steal?: boolean | number;
  abandoned?: boolean;
  errno?: boolean | number;
  damage?: boolean | number;
  clockSteps?: boolean | number;
  powerLoss?: boolean | number;
  powerModel?: 'posix' | 'ext4';
  powerStates?: number;
  containers?: boolean;
  platform?: 'linux' | 'macos' | 'windows';
  splitCalls?: boolean;
  fromNothing?: boolean;
  hosts?: boolean;
  seed?: number;
  repeat?: number;
  shard?: ShardFlag;
  oneWriter?: boolean;
  duration?: number;
  until?: number;
  corpus?: string;
  all?: boolean;
  config?: string;
  out?: string;
  json?: boolean;
  watch?: boolean;
  mutants?: true | string[];
}

export type AllFlags = Flags & ProgramFlags;

export const outDefault = path.join('reports', 'explore');
/** Where `--until` keeps what it goes on from. */
export const corpusDefault = path.join('reports', 'corpus');

export function addExploreOptions(command: Command): void {
  command
    .description('search the interleavings of several processes, one call of the file system at a time')
    .option(
      '--target <name...>',
      'the store: names (see: holdfast list targets) or paths of modules; default: hardened',
      parseNames,
    )
    .option(
      '--scenario <name...>',
      'that of stress, made small: its clients, at most 3, with a set each, its kills, pauses and damages at every moment',
      parseNames,
    )
    .option(
      '--clients <list>',
      "what each does: 'set a, get b | set c'; of set, update, get, remove, all, refresh, and look (a foreign reader)",
    )
    .option('--processes <n>', 'n clients with one set each; default: 2', parseProcesses)
    .addOption(
      new Option('--strategy <name>', 'how it is searched; default: dpor').choices([
        'dpor',
        'dfs',
        'pct',
        'random',
      ]),
    )
    .addOption(
      new Option(
        '--executor <name>',
        'what runs the clients: a simulation, or real processes; default: sim, where the store can be simulated',
      ).choices(['process', 'sim']),
    )
    .option('--preemptions <n>', 'at most n preemptions, for dpor and dfs; default: unbounded', parseWhole)
    .option('--schedules <n>', 'end after n executions; default for pct and random: 10000', parseWhole)
    .option('--no-prune', 'with dfs: do not end an execution where what follows is known')
    .option('--modes', 'give the clients a umask of 0: no file that they make may be open to other users')
    .option('--same-key', 'where an operation names no key, all clients mean the same one')
    .option(
      '--crash [n]',
      'kill a process before any of its calls, at most n times (default: 1), and see what a new one finds',
      parseWhole,
    )
    .option('--same-pid', 'start each killed process again, at any moment after, with the number that it had')
    .option(
      '--steal [n]',
      'stop a process before any of its calls, until every lease is over; the same',
      parseWhole,
    )
    .option(
      '--abandoned',
      'first kill the first process, after each of its changes, and let every lease pass',
    )
    .option(
      '--errno',
      'let any call fail with those of ENOSPC, EIO, EACCES, EMFILE and EPERM that it can give',
    )
    .option(
      '--damage [n]',
      'cut the file to half between any two calls, at most n times (default: 1), and see what comes back',
      parseWhole,
    )
    .option(
      '--clock-steps [n]',
      'set the wall clock of a machine forward or back by an hour at any moment, at most n times (default: 1)',
      parseWhole,
    )
    .option(
      '--power-loss [n]',
      'lose the power at every point, with every disk that may be left, at most n times (default: 1)',
      parseWhole,
    )
    .addOption(
      new Option('--power-model <name>', 'what is left of what was not synced; default: posix').choices([
        'posix',
        'ext4',
      ]),
    )
    .option('--power-states <n>', 'at most n disks at each point; default: 4096', parseCount)
    .option(
      '--hosts',
      'each process on a machine of its own: the same number, another boot id, clocks apart, no watch of what others change',
    )
    .option('--containers', 'each process in a pid namespace of its own, with the same number')
    .addOption(
      new Option('--platform <name>', 'as what system files behave, in simulation; default: linux').choices([
        'linux',
        'macos',
        'windows',
      ]),
    )
    .option(
      '--split-calls',
      'make a call with a path in two steps, as Linux does: what it is about is found, then it acts; in simulation',
    )
    .option('--from-nothing', 'begin without a file, and without its directory')
    .option(
      '--idle [ms]',
      'an operation that sleeps for more than so long (default: 3), in virtual time, while nobody can go on is a failure',
      parseWhole,
    )
    .option('--one-writer', 'search even where no two clients write, so that no update can be lost')
    .option('--seed <n>', 'random seed; default: 1', parseWhole)
    .option('--repeat <n>', 'with pct or random: search n times, each with a seed of its own', parseCount)
    .option(
      '--shard <i/n>',
      'make the i-th of n parts of each search; auto, or auto/n: as the environment says',
      parseShardFlag,
    )
    .option(
      '--duration <time>',
      'how long the whole command takes, what it finds run again included, within a tenth: 20s, 10m; default: no end',
      parseDuration,
    )
    .option(
      '--until <time>',
      'search for so long, go on from what such a search has kept, and keep what is new: --duration, with --corpus reports/corpus and pct',
      parseDuration,
    )
    .option(
      '--corpus <dir>',
      'with pct or random: keep schedules there that show something new, and go on from those that are there',
    )
    .option('--config <file>', 'where defaults are; default: holdfast.config.ts, .mts, .js or .mjs')
    .option(
      '--all',
      'do not stop at the first failure (with faults: the first that is no side finding): one of each kind',
    )
    .option('--out <dir>', 'where report.json, report.html and schedules go; default: reports/explore')
    .option('--json', 'as JSON')
    .option('--watch', 'search again with each change of a target of your own, or of what lies beside it')
    .option(
      '--mutants [words...]',
      'in a checkout of this project: plant its known mistakes, those that a word names, and say what finds each',
    )
    .addHelpText('after', help);
  addProgramOptions(command);
}

const help = `
Each process is stopped before every call of the file system that is about the file. Processes are virtual, on a simulated file
system: what the search finds there is confirmed by real ones, and a store that does what is not simulated is searched by these, as is
any with --executor process. Of those, too, clock, randomness and process number are virtual, and a file that is fsynced counts as such.
What one process does between two calls is not interleaved.

A program (--command) is run as it is, for each operation. The kernel stops it, and all that it starts, before each call on its file
and on what lies beside it; its clock is the real one. First every schedule with one preemption, then with two: --preemptions.

Strategies: dpor (all interleavings up to the order of calls that do not touch each other), dfs (all of them), both with
--preemptions up to that bound; pct (random, finds a bug of small depth with a known probability), random.

Examples:
  holdfast explore --target naive                                      the first lost update, as a table
  holdfast explore --target ./my-store.ts --clients 'set a | remove a, get a'
  holdfast explore --preemptions 3                                     the hardened store, to that bound
  holdfast explore --processes 3 --strategy pct --schedules 20000 --crash
  holdfast explore --strategy pct --schedules 20000 --shard 2/4        the second of four parts, each on a machine of its own
  holdfast explore --target ./my-store.ts --watch                      while you work on it
  holdfast explore --processes 3 --crash --until 10m                   each night, from where the last one ended
  npm run explore -- --mutants                                         in a checkout: what finds its planted mistakes
  holdfast explore --command 'git config --file {file} f.{key}.v {value}' --format ini --crash
                                                                       any program, in any language: Linux, with a C compiler

A program in which no two clients write is refused: no update can be lost in it. --one-writer, a fault, --modes, --idle and look say that
something else is searched for. Schedules that are drawn (pct, random) and searches with faults can be divided by --shard.

A failure that new processes did not come to by the same calls is told as unconfirmed. A search that met what it can't stop (a
lock on a socket, or outside the file's directory) is inconclusive, and names it.

Exit codes: 0 nothing found, 1 a guarantee was broken, 2 usage, 3 inconclusive, 4 nothing matched, 70 internal error,
130 interrupted.`;

function parseProcesses(text: string): number {
  const count = parseWhole(text);
  if (count >= 1 && count <= 8) return count;
  throw new InvalidArgumentError(`Expected a number of processes from 1 to 8; got "${text}".`);
}

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../../../src/cli/usage-error.js';
import type { ExecutionOptions } from '../execution/executed.js';
import { parseSchedule } from '../schedule/action.js';
import { printProgram } from '../schedule/program.js';
import type { Counts, Seen } from './coverage.js';
import type { Grown, Kept, KeptSchedule } from './grown.js';

/** How a search has gone on from a corpus, and what it has left there. */
export interface CorpusUse {
  directory: string;
  /** How many searches have left something there, this one included. */
  runs: number;
  /** How many schedules it went on from. */
  before: number;
  /** These were run again first, as they were found with another version of the target or of Holdfast. */
  isRunAgain?: true;
  added: number;
  kept: number;
  /** Left out for want of room. */
  dropped: number;
  /** So much was seen, by searches of the same version before, too. */
  seen: Counts;
  /** Files that can't be used, each with the reason. Those of schedules were left alone. */
  unusable?: string[];
}

/** `search.json`, beside the schedules. */
interface SearchFile {
  schema: 1;
  /** What is searched: another search has another directory. */
  search: ReturnType<typeof searchOf>;
  /** The harness's version, and a hash of the target with all that it imports. */
  version: string;
  runs: number;
  /** How many schedules are drawn, by strategy and seed. */
  drawn: Record<string, number>;
  seen: Seen;
}

interface EntryFile extends KeptSchedule {
  schema: 1;
  /** Which search of this corpus found it. */
  run: number;
}

/** The latest: what a late search shows new is what is seldom drawn. */
export const schedulesMax = 256;
const searchFile = 'search.json';

/** The schedules of one search that showed something new, a file each, in a directory of its own. */
export class Corpus {
  readonly kept: Kept;
  private readonly directory: string;
  private readonly search: ReturnType<typeof searchOf>;
  /** The file of each schedule, in the order in which they were found. */
  private readonly files: Map<string, string>;
  private readonly unusable: string[] = [];
  /** What searches of the same version have left. */
  private readonly same: SearchFile | undefined;

  /**
   * @param place where corpora are kept
   * @param version of all that decides what a schedule leads to
   * @param drawnBy the strategy and the seed
   * @throws UsageError if there can be no such directory
   */
  constructor(
    place: string,
    execution: ExecutionOptions,
    private readonly version: string,
    private readonly drawnBy: string,
  ) {
    this.search = searchOf(execution);
    const name = /[\w-]+(?=(\.\w+)?(\?|$))/.exec(execution.label)?.[0] ?? 'target';
    this.directory = path.join(place, `${name}-${hashOf(JSON.stringify(this.search))}`);
    try {
      mkdirSync(this.directory, { recursive: true });
    } catch (error) {
      throw new UsageError(`can't keep a corpus in ${place}: ${messageOf(error)}`, 'give --corpus DIRECTORY');
    }
    const before = this.read(searchFile, isSearchFile);
    this.same = before?.version === version ? before : undefined;
    const names = readdirSync(this.directory).filter((one) => one.endsWith('.json') && one !== searchFile);
    const entries = names.flatMap((file) => {
      const entry = this.read(file, isEntryFile);
      return entry ? [{ file, ...entry }] : [];
    });
    entries.sort((a, b) => a.run - b.run || a.execution - b.execution);
    this.files = new Map(entries.map(({ schedule, file }) => [schedule, file]));
    this.kept = {
      schedules: [...this.files.keys()],
      ...(this.same ? { seen: this.same.seen } : {}),
      run: before?.runs ?? 0,
      drawn: this.same?.drawn[drawnBy] ?? 0,
    };
  }

  /** Adds what the threads of a search have found, and drops what there is no room for: what showed nothing new, then the oldest. */
  save(found: readonly Grown[]): CorpusUse {
    const { schedules, run } = this.kept;
    const added = new Map(found.flatMap((one) => one.added).map((one) => [one.schedule, one]));
    for (const known of schedules) added.delete(known);
    const isIdle = (one: string) => found.every(({ idle }) => idle.includes(one));
    const busy = schedules.filter((one) => !isIdle(one));
    const all = [...schedules.filter(isIdle), ...busy, ...added.keys()];
    const stay = new Set(all.slice(-schedulesMax));
    for (const [schedule, file] of this.files)
      if (!stay.has(schedule)) rmSync(path.join(this.directory, file), { force: true });
    const written = [...added.values()].filter(({ schedule }) => stay.has(schedule));
    for (const one of written) {
      const entry: EntryFile = { schema: 1, run: run + 1, ...one };
      this.write(`${hashOf(one.schedule)}.json`, entry);
    }
    const union = (what: keyof Seen) => [...new Set(found.flatMap(({ seen }) => seen[what]))];
    const file: SearchFile = {
      schema: 1,
      search: this.search,
      version: this.version,
      runs: run + 1,
      drawn: {
        ...this.same?.drawn,
        [this.drawnBy]: Math.max(this.kept.drawn, ...found.map((one) => one.drawn)),
      },
      seen: { pairs: union('pairs'), states: union('states') },
    };
    this.write(searchFile, file);
    return {
      directory: this.directory,
      runs: run + 1,
      before: schedules.length,
      ...(this.same || schedules.length === 0 ? {} : { isRunAgain: true }),
      added: written.length,
      kept: stay.size,
      dropped: all.length - stay.size,
      seen: { pairs: file.seen.pairs.length, states: file.seen.states.length },
      ...(this.unusable.length > 0 ? { unusable: this.unusable } : {}),
    };
  }

  /** @returns undefined where there is none, or none that can be used */
  private read<T extends object>(name: string, isOne: (value: unknown) => value is T): T | undefined {
    const file = path.join(this.directory, name);
    if (!existsSync(file)) return undefined;
    try {
      const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
      if (isOne(value) && this.isOurs(value)) return value;
      this.unusable.push(`${file}: not of this search`);
    } catch (error) {
      this.unusable.push(`${file}: ${messageOf(error)}`);
    }
    return undefined;
  }

  private isOurs(value: object): boolean {
    return !('search' in value) || JSON.stringify(value.search) === JSON.stringify(this.search);
  }

  /** Whole or not at all: a search that is killed leaves no half. */
  private write(name: string, value: object): void {
    const file = path.join(this.directory, name);
    writeFileSync(`${file}.${process.pid}.tmp`, `${JSON.stringify(value)}\n`);
    renameSync(`${file}.${process.pid}.tmp`, file);
  }
}

/** Schedules mean the same only with the same clients, faults and conditions. */
function searchOf({ label, program, faults, conditions }: ExecutionOptions) {
  return { target: label, program: printProgram(program), faults, conditions: conditions ?? {} };
}

function isSearchFile(value: unknown): value is SearchFile {
  const { schema, version, runs, drawn, seen } = (value ?? {}) as Partial<SearchFile>;
  const areCounts = [runs, ...Object.values(drawn ?? {})].every((one) => Number.isSafeInteger(one));
  const isComplete = Array.isArray(seen?.pairs) && Array.isArray(seen.states) && drawn !== undefined;
  return schema === 1 && typeof version === 'string' && areCounts && isComplete;
}

/** @throws UsageError for what is no schedule */
function isEntryFile(value: unknown): value is EntryFile {
  const { schema, schedule, run, execution } = (value ?? {}) as Partial<EntryFile>;
  const isPlaced = Number.isSafeInteger(run) && Number.isSafeInteger(execution);
  return schema === 1 && isPlaced && typeof schedule === 'string' && parseSchedule(schedule).length > 0;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
}

import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { closest } from '../../src/cli/closest.js';
import { UsageError } from '../../src/cli/usage-error.js';
import type { Surveyed, SurveyedSearch } from '../core/field.js';
import type { Progress } from '../core/progress.js';
import { shippedPrograms } from '../targets/program/find.js';
import { stress } from './stress.js';

/** What a survey tries. */
export interface FieldOptions {
  /** Names of programs that ship as data. Default: all of them that are installed. */
  names?: readonly string[];
  /** For each, in milliseconds. */
  durationMs: number;
  /** A whole number from 0. Default: drawn for each. */
  seed?: number;
  /** The survey's own directory, with one for each program in it. */
  out: string;
  /** Ends it. */
  signal: AbortSignal;
  /** Called as each program's run goes on. */
  onProgress: (progress: Progress) => void;
  /** Searches the interleavings of a program. Default: none is searched. */
  search?: (name: string) => Promise<SurveyedSearch>;
}

/**
 * Puts programs as they are installed here to the same test, one after another.
 * @returns one for each, in the order of names
 * @throws UsageError if one that is named does not ship, or the survey's directory can't be written
 */
export async function field(options: FieldOptions): Promise<Surveyed[]> {
  const { names, durationMs, seed, out, signal, onProgress, search } = options;
  const shipped = shippedPrograms();
  const wanted = names && names.length > 0 ? names : [...shipped.keys()];
  for (const name of wanted)
    if (!shipped.has(name))
      throw new UsageError(
        `no program "${name}" ships${closest(name, [...shipped.keys()])}`,
        'expected names that "holdfast list programs" prints',
      );
  makeWritable(out);
  const surveyed: Surveyed[] = [];
  for (const name of wanted) {
    if (signal.aborted) break;
    const { title = '' } = shipped.get(name) ?? {};
    const common = { controls: false, durationMs, patienceMs: 20_000, signal, onProgress } as const;
    try {
      const { scenarios } = await stress({
        ...common,
        ...(seed === undefined ? {} : { seed }),
        programs: [name],
        out: path.join(out, name),
      });
      const [report] = scenarios;
      if (!report) surveyed.push({ name, title, why: 'interrupted' });
      else surveyed.push({ name, title, report, ...(search && { search: await search(name) }) });
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      surveyed.push({ name, title, why: error.message });
    }
  }
  return surveyed;
}

/** Before minutes of measuring. */
function makeWritable(directory: string): void {
  try {
    make(path.resolve(directory));
    // The dot: a file in its place is none.
    accessSync(`${directory}/.`, constants.W_OK);
  } catch (error) {
    throw new UsageError(
      `expected a directory for the survey that can be written, got ${path.resolve(directory)}: ${(error as Error).message}`,
      'run it in another directory, or name one with --out',
    );
  }
}

/** One by one: in /proc, `recursive` tries for ever. */
function make(directory: string): void {
  if (existsSync(directory)) return;
  make(path.dirname(directory));
  mkdirSync(directory);
}

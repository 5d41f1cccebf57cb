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
 * @throws UsageError if one that is named does not ship
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

import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { UsageError } from '../../src/cli/usage-error.js';
import { probeTarget } from '../stress/probe-target.js';
import { resolveTarget } from '../targets/index.js';
import { fileMaker } from './context.js';
import { Crew } from './crew.js';
import type { BenchReport, BenchResult } from './result.js';
import { findParts, subjectOfSuite } from './suites.js';

/** What `bench` measures. */
export interface BenchOptions {
  /** Default `store`. */
  suite?: string;
  /** Parts of the suite; default: all. */
  only?: readonly string[];
  /** The store that is measured: a name or the path of a module. Default `hardened`. */
  target?: string;
  /** How often each comparison is repeated; default: each part has a number of its own. */
  rounds?: number;
  /** Where the run's own directory is made, and so on which file system; default: the current directory. */
  directory?: string;
  /** Ends the run: its processes are killed, its report says `interrupted`. */
  signal?: AbortSignal;
  /** Called with a line of text for each step. */
  onProgress?: (text: string) => void;
}

/**
 * Measures a store with real processes and real files, beside what it is compared with, in one run.
 * Leaves nothing behind.
 * @throws UsageError if a suite, part, target or directory is not what it should be
 */
export async function bench(options: BenchOptions = {}): Promise<BenchReport> {
  const { suite = 'store', only, rounds, directory = '.', onProgress = () => {} } = options;
  const { signal = new AbortController().signal } = options;
  const parts = findParts(suite, only);
  const target = resolveTarget(options.target ?? 'hardened', process.cwd());
  if (rounds !== undefined && !(Number.isSafeInteger(rounds) && rounds > 0))
    throw new UsageError(`${rounds} rounds measure nothing`, 'expected a whole number from 1');

  const started = performance.now();
  const place = realpathSync(mkdtempSync(path.join(path.resolve(directory), '.holdfast-bench-')));
  const crew = new Crew(place);
  const stop = () => crew.killAll();
  signal.addEventListener('abort', stop, { once: true });
  const results: BenchResult[] = [];
  try {
    const newFile = fileMaker(place);
    await probeTarget(target, path.join(place, 'probe'), { signal, subject: subjectOfSuite(suite) });
    for (const [name, part] of parts) {
      signal.throwIfAborted();
      const context = { target, rounds, crew, signal, say: onProgress, newFile };
      results.push(...(await part.run(context).catch((error: unknown) => fail(name, error))));
    }
  } catch (error) {
    // What was going on when the processes were killed failed, of course.
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    await crew.killAll();
    rmSync(place, { recursive: true, force: true, maxRetries: 5 });
  }
  return {
    schema: 1,
    suite,
    target: target.label,
    node: process.version,
    cpus: availableParallelism(),
    durationMs: Math.round(performance.now() - started),
    interrupted: signal.aborted,
    lost: lostBy(target.label, results),
    results,
  };
}

function fail(part: string, error: unknown): never {
  throw error instanceof Error ? new Error(`${part}: ${error.message}`, { cause: error }) : error;
}

function lostBy(target: string, results: readonly BenchResult[]): number {
  return results
    .flatMap((result) => {
      if (result.kind === 'writes') return [result];
      if (result.kind === 'curve') return result.points;
      if (result.kind !== 'rival') return [];
      const { one, contending, losses } = result;
      return [one, contending, ...losses].flatMap((found) =>
        found ? [{ target: result.target, lost: found.lost }] : [],
      );
    })
    .filter((result) => result.target === target)
    .reduce((sum, { lost }) => sum + lost, 0);
}

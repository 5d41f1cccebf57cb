import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../../src/cli/usage-error.js';
import type { Report } from '../core/report.js';
import type { Exploration } from '../explore/evidence/exploration.js';
import type { ExploreOptions } from '../explore/explore.js';
import { explore } from '../explore/explore.js';
import { saveSchedule } from '../explore/report/schedule-files.js';
import { explorationToTerminal, failureToTerminal } from '../explore/report/terminal.js';
import { toTerminal } from '../report/terminal.js';

/** How a store is searched: as by `explore`, but for what is said here. */
export interface LoseNothingOptions
  extends Omit<ExploreOptions, 'target' | 'program' | 'onProgress' | 'onWarning'> {
  /** Default 2 for `dpor` and `dfs`, as most races need one or two; `Infinity` for no bound. */
  preemptions?: number;
  /** Where the schedule of a failure is kept, so that it can be run again; default `reports/vitest`. */
  out?: string;
}

/** What a matcher of Vitest returns. */
export interface Matched {
  pass: boolean;
  message: () => string;
}

const preemptionsDefault = 2;
const outDefault = path.join('reports', 'vitest');

/**
 * Searches the interleavings of a store for one in which a guarantee is broken, or reads the report of `stress`.
 *
 * @param received the path of a module, from the working directory or from the test's own, a file URL, or the name of a target that
 * ships; or a report
 * @param testFile the path of the test
 * @throws Error where nothing was proved: neither the assertion nor its contrary holds then
 * @throws UsageError where a target, a client or an option is not what it should be
 */
export async function toLoseNothing(
  received: unknown,
  options: LoseNothingOptions = {},
  testFile?: string,
): Promise<Matched> {
  if (isReport(received)) return judgeReport(received);
  const target = targetOf(received, testFile);
  const { out = outDefault, ...others } = options;
  const found = await explore({ ...others, ...boundOf(others), target, onWarning: () => {} });
  if (found.result === 'unknown') throw new Error(inconclusive(found));
  const [failure] = found.failures;
  if (!failure)
    return {
      pass: true,
      message: () =>
        `expected ${target} to lose something, and no execution broke a guarantee\n\n${explorationToTerminal(found, () => '')}`,
    };
  const directory = path.join(out, 'schedules');
  const file = saveSchedule(failure, directory);
  // `replay` finds an id by itself only below reports.
  const isUsual = path.dirname(path.resolve(out)) === path.resolve('reports');
  const command = `npx holdfast replay ${isUsual ? failure.id : file}`;
  return {
    pass: false,
    message: () =>
      `expected ${target} to lose nothing\n\n${failureToTerminal(failure, command).join('\n\n')}`,
  };
}

function boundOf({
  strategy = 'dpor',
  preemptions,
}: LoseNothingOptions): Pick<ExploreOptions, 'preemptions'> {
  if (preemptions === Number.POSITIVE_INFINITY) return { preemptions: undefined } as object;
  const isBounded = strategy === 'dpor' || strategy === 'dfs';
  return isBounded && preemptions === undefined ? { preemptions: preemptionsDefault } : {};
}

/** As the user would name it on a command line. @throws UsageError for what is no name of a store */
function targetOf(received: unknown, testFile: string | undefined): string {
  if (received instanceof URL && received.protocol === 'file:') return shortened(fileURLToPath(received));
  if (typeof received !== 'string')
    throw new UsageError(
      `toLoseNothing got ${received === null ? 'null' : typeof received}`,
      "expected the path of a module that opens a store, like expect('./my-store.ts'), or the report of stress",
    );
  const [name = '', query] = received.split('?');
  if (existsSync(name) || testFile === undefined || !/[\\/]|\.[cm]?[jt]s$/.test(name)) return received;
  const beside = path.resolve(path.dirname(testFile), name);
  return existsSync(beside)
    ? [shortened(beside), ...(query === undefined ? [] : [query])].join('?')
    : received;
}

/** From the working directory, where the command that runs it again is typed. */
function shortened(file: string): string {
  const relative = path.relative(process.cwd(), file);
  return relative.startsWith('..') ? file : `./${relative}`;
}

function isReport(received: unknown): received is Report & { out?: string } {
  const { schema, result, scenarios } = (received ?? {}) as Partial<Report>;
  return schema === 1 && typeof result === 'string' && Array.isArray(scenarios);
}

function judgeReport(report: Report & { out?: string }): Matched {
  const { out = 'not kept', result } = report;
  if (result !== 'valid' && result !== 'invalid')
    throw new Error(
      `the run is ${result}, so it proves neither that the store loses nothing nor that it does\n\n${toTerminal(report, out)}`,
    );
  const expected = result === 'valid' ? 'something' : 'nothing';
  return {
    pass: result === 'valid',
    message: () => `expected the store of this run to lose ${expected}\n\n${toTerminal(report, out)}`,
  };
}

function inconclusive(found: Exploration): string {
  return `the search proves neither that ${found.target} loses nothing nor that it does\n\n${explorationToTerminal(found, ({ id }) => `npx holdfast replay ${id}`)}`;
}

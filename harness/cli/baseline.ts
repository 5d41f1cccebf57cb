import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { exitCodes } from '../../src/cli/exit-codes.js';
import { UsageError } from '../../src/cli/usage-error.js';
import type { Baseline, BaselineComparison, Ratios, Report } from '../index.js';

export interface BaselineFlags {
  compare?: string | true;
  updateBaseline?: string | true;
}

const usual = path.join('reports', 'baseline.json');

/** Adds the options by which a run is compared with an earlier one. */
export function addBaselineOptions(command: Command): void {
  command
    .option('--compare [file]', `say what is worse than in this baseline, and fail for it; default: ${usual}`)
    .option('--update-baseline [file]', `write what later runs are compared with; default: ${usual}`);
}

/** What a run is to be compared with, and where it is to be kept. */
export interface Comparing {
  before?: { file: string; baseline: Baseline };
  update?: string;
}

/** Before minutes of a run. @throws UsageError where there is no such file, or it is no baseline, or what is to be replaced is none */
export function takeBaseline({ compare, updateBaseline }: BaselineFlags): Comparing {
  const file = compare === true ? usual : compare;
  const update = updateBaseline === true ? usual : updateBaseline;
  if (update !== undefined) boundsIn(update);
  return {
    ...(file === undefined ? {} : { before: { file, baseline: readBaseline(file) } }),
    ...(update === undefined ? {} : { update }),
  };
}

/**
 * Compares a run, says so on standard error, and then keeps it.
 * @returns the comparison, if there is one
 */
export async function compareRun(
  report: Report,
  { before, update }: Comparing,
): Promise<BaselineComparison | undefined> {
  const { baselineOf, boundsDefault, compareWithBaseline } = await import('../index.js');
  const comparison = before && compareWithBaseline(report, before.baseline);
  if (comparison && before) process.stderr.write(`${comparisonToText(comparison, before.file)}\n`);
  if (update !== undefined)
    await writeBaseline(report, update, baselineOf(report, boundsIn(update) ?? boundsDefault));
  return comparison;
}

/** A run that got worse has failed, and one that was compared with nothing has not passed. @returns its exit code */
export function codeOf(result: Report['result'], comparison: BaselineComparison | undefined): number {
  const isWorse = comparison !== undefined && comparison.regressions.length > 0;
  if (isWorse && (result === 'valid' || result === 'unknown')) return exitCodes.invalid;
  return result === 'valid' && comparison && isOfNothing(comparison)
    ? exitCodes.nothingMatched
    : exitCodes[result];
}

function isOfNothing({ compared, regressions }: BaselineComparison): boolean {
  return compared === 0 && regressions.length === 0;
}

function comparisonToText(comparison: BaselineComparison, file: string): string {
  const { compared, regressions, notes } = comparison;
  if (isOfNothing(comparison))
    return `${file} has no scenario of this run, so nothing was compared: write one of the same scenarios and targets with --update-baseline`;
  const head = `Compared with ${file}: ${compared} in common, ${regressions.length === 0 ? 'nothing is worse' : `${regressions.length} worse`}.`;
  return [
    head,
    ...regressions.map(
      ({ scenario, target, kind, sentence }) => `worse (${kind}): ${scenario} on ${target}: ${sentence}`,
    ),
    ...notes.map((note) => `note: ${note}`),
  ].join('\n');
}

/** Of a run that says nothing of the store, only that it was not kept: it has its own exit code. */
async function writeBaseline(report: Report, file: string, baseline: Baseline): Promise<void> {
  const { result } = report;
  if (result === 'interrupted' || result === 'blind') {
    process.stderr.write(`${file} was not written: the run is ${result}, and no measure for others\n`);
    return;
  }
  const { default: writeFileAtomic } = await import('write-file-atomic');
  mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
  await writeFileAtomic(file, `${JSON.stringify(baseline, null, 2)}\n`);
  const { whyBusy } = await import('../index.js');
  const busy = whyBusy(report);
  process.stderr.write(`${file}: written${busy === undefined ? '' : `, without speeds: ${busy}`}\n`);
}

/** The bounds of an older one stay: they are there to be edited. */
function boundsIn(file: string): Baseline['bounds'] | undefined {
  return existsSync(file) ? readBaseline(file).bounds : undefined;
}

/** @throws UsageError naming what is wrong */
function readBaseline(file: string): Baseline {
  const expected = 'expected a file that "holdfast stress --update-baseline" wrote';
  let baseline: Partial<Baseline> | null;
  try {
    baseline = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`${file} can't be compared with: ${(error as Error).message}`, expected);
  }
  const isRatios = ({ p99, throughput }: Partial<Ratios>) => Number(p99) > 0 && Number(throughput) > 0;
  const isRow = (row: Partial<Baseline['rows'][number]>) =>
    row?.scenario &&
    row.target &&
    row.checks &&
    row.violations &&
    isRatios(row.ratios ?? { p99: 1, throughput: 1 });
  if (baseline?.schema !== 1 || !Array.isArray(baseline.rows) || !baseline.rows.every(isRow))
    throw new UsageError(`${file} is no baseline`, expected);
  const { p99, throughput } = baseline.bounds ?? {};
  if (!(Number(p99) >= 1) || !(Number(throughput) >= 1))
    throw new UsageError(
      `${file}: its bounds are no numbers from 1`,
      'expected "bounds": { "p99": 4, "throughput": 4 }',
    );
  return baseline as Baseline;
}

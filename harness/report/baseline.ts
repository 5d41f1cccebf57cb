import type { JudgedRun, Report, ScenarioReport } from '../core/report.js';
import type { Verdict } from '../core/verdict.js';
import { counted } from '../history/words.js';
import { violationCounts } from './groups.js';

/** What is known of one scenario on one target: all its runs together. */
export interface BaselineRow {
  scenario: string;
  target: string;
  /** By guarantee, and coverage. `inexact`: valid, in part by necessary conditions. */
  checks: Record<string, Verdict | 'inexact'>;
  /** What it is known to violate, by the names of counts. */
  violations: Record<string, number>;
  /** By the first control of the same run, which had the same machine. Absent where there was none, or the machine was busy. */
  ratios?: Ratios;
}

/** Those of a scenario by the same of the control. */
export interface Ratios {
  /** The 99th percentile of a `set`, by the control's. */
  p99: number;
  /** Successful changes a second, by the control's. */
  throughput: number;
}

/** `baseline.json`: what later runs are compared with. */
export interface Baseline {
  schema: 1;
  /** How many times worse a ratio may be. */
  bounds: Ratios;
  rows: BaselineRow[];
}

/** What got worse. */
export interface Regression {
  scenario: string;
  target: string;
  /** `new-violation`, `unproved` (was proved), `ratio` (beyond its bound). */
  kind: 'new-violation' | 'unproved' | 'ratio';
  sentence: string;
}

/** What a run and a baseline have in common, and what got worse. */
export interface BaselineComparison {
  /** How many rows stand in both. With none, nothing was compared. */
  compared: number;
  regressions: Regression[];
  /** What could not be compared, or is better than it was: it decides nothing. */
  notes: string[];
}

/** A run with what it was compared with, if it was. */
export type ComparedReport = Report & { comparison?: BaselineComparison };

/** Runs of a second differ by as much on a busy machine. */
export const boundsDefault: Ratios = { p99: 4, throughput: 4 };

/** What a run says of each scenario on each target. */
export function baselineOf(report: Report, bounds: Ratios = boundsDefault): Baseline {
  return { schema: 1, bounds, rows: rowsOf(report) };
}

/** Says what is worse than in the baseline. What neither the run nor its plan has is not compared, and named. */
export function compareWithBaseline(report: Report, { rows, bounds }: Baseline): BaselineComparison {
  const now = new Map(rowsOf(report).map((row) => [nameOf(row), row]));
  const known = new Map(rows.map((row) => [nameOf(row), row]));
  const { leftOut = [] } = report;
  const compared = rows.filter((row) => now.has(nameOf(row)));
  const busy = whyBusy(report);
  const gone = rows.filter((row) => !now.has(nameOf(row)));
  const unplayed = (row: BaselineRow) => leftOut.find((line) => isAbout(line, row));
  return {
    compared: compared.length,
    regressions: [
      ...compared.flatMap((row) => worseIn(row, now.get(nameOf(row)) ?? row, bounds)),
      ...gone.flatMap((row): Regression[] => {
        const line = unplayed(row);
        return line === undefined
          ? []
          : [{ ...whose(row), kind: 'unproved', sentence: `was not run: ${line}` }];
      }),
    ],
    notes: [
      ...gone
        .filter((row) => unplayed(row) === undefined)
        .map((row) => `${nameOf(row)} is not part of this run`),
      ...[...now.keys()].filter((name) => !known.has(name)).map((name) => `${name} is not in the baseline`),
      ...(busy === undefined ? [] : [`${busy}: no speed is compared`]),
      ...compared
        .filter((row) => busy === undefined && row.ratios && !now.get(nameOf(row))?.ratios)
        .map((row) => `${nameOf(row)}: no control was run, so its speed is not compared`),
    ],
  };
}

/** A line of what was left out begins with its scenario, or says which shard is missing. */
function isAbout(line: string, { scenario, target }: BaselineRow): boolean {
  return (
    line.startsWith(`${scenario} on ${target}`) ||
    line.startsWith(`${scenario}: `) ||
    line.includes(`${scenario} on ${target}`)
  );
}

function worseIn(before: BaselineRow, now: BaselineRow, bounds: Ratios): Regression[] {
  const found = (kind: Regression['kind'], sentence: string): Regression => ({
    ...whose(now),
    kind,
    sentence,
  });
  const violations = Object.entries(now.violations)
    .filter(([name]) => !before.violations[name])
    .map(([name, count]) => found('new-violation', `${count} ${name}, and none in the baseline`));
  const unproved = Object.entries(before.checks).flatMap(([name, was]) => {
    const is = now.checks[name];
    if (was === 'invalid' || was === 'unknown' || is === was || is === 'valid' || is === 'invalid') return [];
    return [
      found(
        'unproved',
        `${name} was ${wordOf(was)}, and is ${is === undefined ? 'not checked' : wordOf(is)}`,
      ),
    ];
  });
  const ratios = before.ratios && now.ratios ? ratiosBeyond(before.ratios, now.ratios, bounds) : [];
  return [...violations, ...unproved, ...ratios.map((sentence) => found('ratio', sentence))];
}

function wordOf(check: Verdict | 'inexact'): string {
  return check === 'inexact' ? 'valid, not exact' : check;
}

function ratiosBeyond(before: Ratios, now: Ratios, bounds: Ratios): string[] {
  const worse = { p99: now.p99 / before.p99, throughput: before.throughput / now.throughput };
  const text = (name: keyof Ratios, what: string) =>
    worse[name] > bounds[name]
      ? [
          `${what} is ${now[name].toFixed(2)} of the control's, and was ${before[name].toFixed(2)}: ${worse[name].toFixed(1)} times worse, bound ${bounds[name]}`,
        ]
      : [];
  return [...text('p99', 'the 99th percentile of a set'), ...text('throughput', 'the throughput')];
}

/**
 * Why the figures of a run are no measure of speed: the control and a scenario have the same machine, but each has it for a second. On
 * two processors with a load of 25, the same store differed from itself by 5 times at the 99th percentile, and by 6 in throughput.
 */
export function whyBusy({ environment }: Report): string | undefined {
  const { load: [load] = [0], cpus = 0 } = environment ?? {};
  return load > cpus
    ? `the machine was busy when the run began (a load of ${load.toFixed(1)} on ${counted(cpus, 'processor')})`
    : undefined;
}

function rowsOf(report: Report): BaselineRow[] {
  const { scenarios, totals = [], controls } = report;
  const isQuiet = whyBusy(report) === undefined;
  const groups = new Map<string, ScenarioReport[]>();
  for (const run of scenarios) groups.set(nameOf(run), [...(groups.get(nameOf(run)) ?? []), run]);
  return [...groups.values()].flatMap((runs) => {
    const [first] = runs;
    if (!first) return [];
    const total = totals.find((one) => nameOf(one) === nameOf(first));
    const p99 = (total ?? first).latencyMs.set?.p99;
    const ratios = isQuiet ? ratiosOf(p99, runs, controls[0]) : undefined;
    return [
      {
        ...whose(first),
        checks: worstChecks(runs),
        violations: violationsOf(runs),
        ...(ratios === undefined ? {} : { ratios }),
      },
    ];
  });
}

const badness = ['valid', 'inexact', 'unknown', 'invalid'] as const;

function worstChecks(runs: readonly JudgedRun[]): BaselineRow['checks'] {
  const checks: BaselineRow['checks'] = {};
  for (const run of runs)
    for (const [name, check] of Object.entries(run.checks)) {
      if (!check) continue;
      const is = check.result === 'valid' && check.exact === false ? 'inexact' : check.result;
      if (badness.indexOf(is) >= badness.indexOf(checks[name] ?? 'valid')) checks[name] = is;
    }
  return checks;
}

function violationsOf(runs: readonly JudgedRun[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { counts } of runs)
    for (const name of violationCounts) {
      const count = counts[name] ?? 0;
      if (count > 0) sums[name] = (sums[name] ?? 0) + count;
    }
  return sums;
}

function ratiosOf(
  p99: number | undefined,
  runs: readonly JudgedRun[],
  control: JudgedRun | undefined,
): Ratios | undefined {
  const controlP99 = control?.latencyMs.set?.p99;
  const [own, other] = [rateOf(runs), rateOf(control ? [control] : [])];
  if (!p99 || !controlP99 || !own || !other) return undefined;
  return { p99: round(p99 / controlP99), throughput: round(own / other) };
}

/** Successful changes a second. */
function rateOf(runs: readonly JudgedRun[]): number | undefined {
  const sum = (pick: (run: JudgedRun) => number) => runs.reduce((total, run) => total + pick(run), 0);
  const elapsedMs = sum((run) => run.elapsedMs ?? 0);
  return elapsedMs > 0 ? (sum(({ counts }) => counts.acknowledged) / elapsedMs) * 1000 : undefined;
}

function round(ratio: number): number {
  return Number(ratio.toPrecision(4));
}

function whose({ scenario, target }: Pick<JudgedRun, 'scenario' | 'target'>) {
  return { scenario, target };
}

function nameOf({ scenario, target }: Pick<JudgedRun, 'scenario' | 'target'>): string {
  return `${scenario} on ${target}`;
}

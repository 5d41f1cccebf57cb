import { table } from '../report/table.js';
import type { Comparison } from './compare.js';
import type { BenchReport, BenchResult, Goal, Losses, RivalResult, Spread, WritesResult } from './result.js';

/** What differs from an earlier run. @param before where that report is */
export function comparisonToTerminal({ compared, differences }: Comparison, before: string): string {
  if (compared === 0) return `Nothing could be compared: ${before} has no figure of what was measured now.`;
  if (differences.length === 0) return `None of ${compared} figures got slower or faster than in ${before}.`;
  const rows = differences.map(({ what, before: then, now, ratio, isSlower }) => [
    ...[isSlower ? 'slower' : 'faster', what, spread(then), spread(now), round(ratio)],
  ]);
  return table(['', 'what', `in ${before}`, 'now', 'ratio'], rows);
}

/** What a person reads when a run is over. */
export function benchToTerminal(report: BenchReport): string {
  const { suite, target, node, cpus, durationMs, interrupted, lost, results } = report;
  const seconds = (durationMs / 1000).toFixed(1);
  const sections = [quantities(results), writes(results), curves(results), rivals(results)].filter(
    (text) => text !== undefined,
  );
  // The checks are measured on histories, not on a store.
  const isOfStore = suite !== 'check';
  return [
    `Suite ${isOfStore ? `${suite}, ${target}` : suite}: Node ${node}, ${cpus} processors, ${seconds} s.`,
    ...sections,
    ...(interrupted ? ['Interrupted: what is reported is what had been finished.'] : []),
    ...(isOfStore ? [describeLost(target, lost)] : ['Times are of the processor, all threads together.']),
  ].join('\n\n');
}

function describeLost(target: string, lost: number): string {
  return lost > 0
    ? `${target} has lost ${lost} of its own acknowledged writes.`
    : `${target} has lost nothing. Times are those of a machine that others use, too: below its goal is no failure.`;
}

function quantities(results: readonly BenchResult[]): string | undefined {
  const rows = results.flatMap((result) => {
    if (result.kind === 'ratio') {
      const { title, unit, ours, other, ratio, goal, met } = result;
      const compared = [title, `${round(ours)} ${unit}`, `${round(other.value)} ${unit} (${other.name})`];
      return [[...compared, spread(ratio), describeGoal(goal), mark(met)]];
    }
    if (result.kind === 'value') {
      const { title, unit, value, beside, goal, met } = result;
      const other = beside ? `${round(beside.value)} ${unit} (${beside.name})` : '';
      return [[title, `${spread(value)} ${unit}`.trim(), other, '', describeGoal(goal), mark(met)]];
    }
    return [];
  });
  if (rows.length === 0) return undefined;
  return table(['what', 'measured', 'beside', 'ratio of the rounds', 'goal', ''], rows);
}

function writes(results: readonly BenchResult[]): string | undefined {
  const rows = results
    .filter((result) => result.kind === 'writes')
    .map(({ part, target, processes, perSecond, latencyMs, acknowledged, failed, lost }) => {
      const { p50, p99, max } = latencyMs;
      const numbers = [round(perSecond.median), round(p50), round(p99), round(max)];
      return [part, target, `${processes}`, ...numbers, `${failed}`, `${lost} of ${acknowledged}`];
    });
  if (rows.length === 0) return undefined;
  const header = ['writes', 'store', 'processes', 'sets/s', 'p50 ms', 'p99 ms', 'max ms', 'failed', 'lost'];
  return table(header, rows);
}

function curves(results: readonly BenchResult[]): string | undefined {
  const rows = results
    .filter((result) => result.kind === 'curve')
    .flatMap(({ target, points, note = '' }) => {
      if (points.length === 0) return [[target, '', '', '', '', '', '', '', note]];
      return points.map(({ processes, perSecond, ratioToOne, latencyMs, slowest, acknowledged, lost }) => [
        ...[target, `${processes}`, spread(perSecond), spread(ratioToOne), round(latencyMs.p50)],
        ...[round(latencyMs.p99), round(slowest.median), `${lost} of ${acknowledged}`, note],
      ]);
    });
  if (rows.length === 0) return undefined;
  const latencies = ['p50 ms', 'p99 ms', 'slowest process, of the mean'];
  return table(['store', 'processes', 'sets/s', 'of one process', ...latencies, 'lost', ''], rows);
}

function rivals(results: readonly BenchResult[]): string | undefined {
  const rows = results.filter((result) => result.kind === 'rival').map(rivalRow);
  if (rows.length === 0) return undefined;
  const header = [
    ...['store', 'sets/s, 1 process', 'sets/s, 4 processes', 'lost of 4 processes'],
    ...['lost in the stress scenarios, 4 terminals', ''],
  ];
  return table(header, rows);
}

function rivalRow({ target, one, contending, losses, note = '' }: RivalResult): string[] {
  const perSecond = (found?: WritesResult) => (found ? round(found.perSecond.median) : '-');
  const failed = contending?.failed ? `, ${contending.failed} failed` : '';
  const lost = contending ? `${contending.lost} of ${contending.acknowledged}${failed}` : '-';
  return [target, perSecond(one), perSecond(contending), lost, losses.map(describeLosses).join('; '), note];
}

function describeLosses({ scenario, measuredBy, acknowledged, lost, torn }: Losses): string {
  const found = torn > 0 ? `, ${torn} torn` : '';
  return `${scenario}${measuredBy === 'bench' ? ' (here)' : ''} ${lost} of ${acknowledged}${found}`;
}

function spread({ median, min, max }: Spread): string {
  return min === max ? round(median) : `${round(median)} (${round(min)} to ${round(max)})`;
}

function describeGoal(goal: Goal | undefined): string {
  if (!goal) return '';
  return 'atLeast' in goal ? `at least ${goal.atLeast}` : `below ${goal.below}`;
}

function mark(met: boolean | undefined): string {
  if (met === undefined) return '';
  return met ? 'pass' : 'below goal';
}

/** As many digits as mean something. */
function round(value: number): string {
  if (value >= 100 || Number.isInteger(value)) return value.toFixed(0);
  return value.toPrecision(value >= 10 ? 3 : 2);
}

import type { Machine, MergedShards, ScenarioReport, Total } from '../core/report.js';
import { figureNames, figuresOf, targetOf } from './row-of-figures.js';
import { table } from './table.js';
import { verdictOf } from './verdict.js';

/** One line for each scenario on each target, with how many of its runs had another verdict than valid. */
export function totalTable(scenarios: readonly ScenarioReport[], totals: readonly Total[]): string {
  const { header, rows } = totalRows(scenarios, totals);
  return table(header, rows);
}

/** The same, cell by cell. */
export function totalRows(
  scenarios: readonly ScenarioReport[],
  totals: readonly Total[],
): { header: string[]; rows: string[][] } {
  const header = ['scenario', 'target', 'runs', 'verdict', ...figureNames];
  const isOf = (total: Total) => (run: ScenarioReport) =>
    run.scenario === total.scenario && run.target === total.target && run.runtime === total.runtime;
  const single = scenarios
    .filter((run) => !totals.some((total) => isOf(total)(run)))
    .map((run): Total => ({ ...run, runs: 1 }));
  const rows = [...totals, ...single].map((total) => [
    total.scenario,
    targetOf(total),
    String(total.runs),
    verdictsOf(scenarios.filter(isOf(total))),
    ...figuresOf(total),
  ]);
  return { header, rows };
}

/** The verdicts, the worst first: `2 invalid, 38 valid`. */
function verdictsOf(runs: readonly ScenarioReport[]): string {
  const verdicts = runs.map(verdictOf);
  const known = [...new Set(verdicts)];
  const order = ['invalid', 'unknown', 'valid, not exact', 'valid'];
  const counts = order
    .filter((verdict) => known.includes(verdict))
    .map((verdict) => [verdict, verdicts.filter((one) => one === verdict).length] as const);
  return counts.length === 1
    ? (known[0] ?? '')
    : counts.map(([verdict, count]) => `${count} ${verdict}`).join(', ');
}

/** What a report was made of. Latencies of different machines in one number are named as such. */
export function shardLines(shards: MergedShards | undefined): string[] {
  if (!shards) return [];
  const { of, missing, parts } = shards;
  const machines = [...new Set(parts.map(({ machine }) => describe(machine)))];
  const where =
    machines.length === 1
      ? `on ${machines[0]}`
      : `on ${machines.length} kinds of machine: ${machines.join('; ')}`;
  const mixed = machines.length > 1 ? ' Latencies are of all of them together.' : '';
  const gone = missing.length > 0 ? `, without ${missing.join(', ')}` : '';
  return [`Merged from ${parts.length} of ${of} shards${gone}, ${where}.${mixed}`];
}

function describe({ platform, arch, cpus, node }: Machine): string {
  return `${platform} ${arch}, ${cpus} processors, Node ${node}`;
}

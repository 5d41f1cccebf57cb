import { labelOf } from '../core/label.js';
import { lostOf } from '../core/lost.js';
import type { Counts, JudgedRun, Report, Violation } from '../core/report.js';
import type { ComparedReport } from './baseline.js';
import { evidenceLines } from './evidence.js';
import { violationsIn } from './groups.js';
import { noteLines } from './programs.js';
import { figureNames, figuresOf, targetOf } from './row-of-figures.js';
import { table } from './table.js';
import { shardLines, totalTable } from './totals.js';
import { inexactLines, verdictOf, verdictOfAll } from './verdict.js';

const violationsShown = 3;

/** The whole report as Markdown, for people and for a job's summary. */
export function toMarkdown(report: ComparedReport): string {
  const { seed, durationMs, controls, scenarios, leftOut = [] } = report;
  const worse = report.comparison?.regressions ?? [];
  return [
    `# Stress run: ${verdictOfAll(report)}`,
    `Seed ${seed}, ${(durationMs / 1000).toFixed(1)} s.`,
    ...(worse.length > 0 ? ['## Worse than in the baseline'] : []),
    ...worse.map(({ scenario, target, sentence }) => `${labelOf({ scenario, target })}: ${sentence}.`),
    ...(controls.length > 0 ? ['## Controls: planted bugs that must be found', controlTable(report)] : []),
    '## Scenarios',
    overviewOf(report),
    ...evidenceLines(scenarios),
    ...noteLines(scenarios),
    ...leftOut.map((reason) => `Left out: ${reason}.`),
    ...scenarios.flatMap((run) => details(run)),
  ].join('\n\n');
}

/** One line for each scenario and target: of several runs, what they come to together. */
export function overviewOf({ scenarios, totals, shards }: Report): string {
  const lines = totals ? totalTable(scenarios, totals) : overview(scenarios);
  return [lines, ...shardLines(shards)].join('\n\n');
}

/** One line for each run. */
export function overview(scenarios: readonly JudgedRun[]): string {
  return table(
    ['scenario', 'target', 'verdict', ...figureNames],
    scenarios.map((run) => [run.scenario, targetOf(run), verdictOf(run), ...figuresOf(run)]),
  );
}

export function controlTable({ controls }: Report): string {
  return table(
    ['scenario', 'target', 'planted bug', 'found'],
    controls.map(({ scenario, target, mustFind, found, counts }) => [
      scenario,
      target,
      `${mustFind} must not be 0`,
      found ? foundIn(counts, mustFind) : `NO: ${counts.acknowledged} acknowledged, nothing found`,
    ]),
  );
}

/** What a scenario's run proves or refutes, guarantee by guarantee, and its first violations as tables. */
export function details(scenario: JudgedRun & { reproduce?: string }, shownMax = violationsShown): string[] {
  const { checks, counts, violations, reproduce, result } = scenario;
  const said = Object.entries(checks).filter(([, check]) => check?.summary !== undefined);
  if (result === 'valid') return inexactLines(scenario);
  const shown = violations.slice(0, shownMax);
  const others = violationsIn(counts) - shown.length;
  return [
    `### ${labelOf(scenario)}: ${result}`,
    said.map(([name, check]) => `- ${name} ${check?.result}: ${check?.summary}`).join('\n'),
    ...shown.flatMap(violationTable),
    ...(others > 0 ? [`And ${others} more violations: see report.json and history.jsonl.`] : []),
    ...(reproduce ? [`Run it again: \`${reproduce}\``] : []),
  ];
}

/** What counts as lost, too. */
const kindsOfLoss: readonly (keyof Counts)[] = ['resurrected', 'seedsLost'];

/** `yes: 64 lost`, `yes: 64 lost, 39 of them resurrected`, `yes: 7 refreshedTwice`. */
function foundIn(counts: Counts, mustFind: keyof Counts): string {
  const all = `yes: ${lostOf(counts)} lost`;
  if (mustFind === 'lost') return all;
  const count = counts[mustFind];
  return kindsOfLoss.includes(mustFind)
    ? `${all}, ${count} of them ${mustFind}`
    : `yes: ${count} ${mustFind}`;
}

function violationTable({ sentence, kind, guarantee, processes, timeline, lineage }: Violation): string[] {
  const rows = timeline.map(({ timeMs, cells, file }) => [`${timeMs.toFixed(3)} ms`, ...cells, file]);
  const header = ['Time', ...processes, 'File state'];
  const told = lineage ? `${sentence}; ${lineage}` : sentence;
  return [`**${kind}** (${guarantee}): ${told}`, ...(rows.length > 0 ? [table(header, rows)] : [])];
}

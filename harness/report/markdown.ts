import type { Counts, JudgedRun, Report, Violation } from '../core/report.js';
import { evidenceLines } from './evidence.js';
import { noteLines } from './programs.js';
import { table } from './table.js';

const violationsShown = 3;

/** The whole report as Markdown, for people and for a job's summary. */
export function toMarkdown(report: Report): string {
  const { result, seed, durationMs, controls, scenarios, leftOut = [] } = report;
  return [
    `# Stress run: ${result}`,
    `Seed ${seed}, ${(durationMs / 1000).toFixed(1)} s.`,
    ...(controls.length > 0 ? ['## Controls: planted bugs that must be found', controlTable(report)] : []),
    '## Scenarios',
    overview(scenarios),
    ...evidenceLines(scenarios),
    ...noteLines(scenarios),
    ...leftOut.map((reason) => `Left out: ${reason}.`),
    ...scenarios.flatMap(details),
  ].join('\n\n');
}

/** One line for each scenario and target. */
export function overview(scenarios: readonly JudgedRun[]): string {
  const header = [
    'scenario',
    'target',
    'verdict',
    'operations',
    'lost',
    'torn',
    'p50 ms',
    'p99 ms',
    'faults',
  ];
  return table(
    header,
    scenarios.map(({ scenario, target, runtime, result, counts, latencyMs }) => [
      scenario,
      runtime === 'node' ? target : `${target} (${runtime})`,
      result,
      String(counts.acknowledged + counts.reads + counts.failed + counts.unknown),
      String(counts.lost + counts.seedsLost + counts.resurrected),
      String(counts.torn),
      latencyMs.set?.p50.toFixed(2) ?? '',
      latencyMs.set?.p99.toFixed(2) ?? '',
      faultsOf(counts),
    ]),
  );
}

export function controlTable({ controls }: Report): string {
  return table(
    ['scenario', 'target', 'planted bug', 'found'],
    controls.map(({ scenario, target, mustFind, found, counts }) => [
      scenario,
      target,
      `${mustFind} must not be 0`,
      found
        ? `yes: ${counts[mustFind]} ${mustFind}`
        : `NO: ${counts.acknowledged} acknowledged, nothing found`,
    ]),
  );
}

/** What a scenario's run proves or refutes, guarantee by guarantee, and its first violations as tables. */
export function details(scenario: JudgedRun & { reproduce?: string }): string[] {
  const { checks, counts, violations, reproduce, result } = scenario;
  const said = Object.entries(checks).filter(([, check]) => check?.summary !== undefined);
  if (result === 'valid') {
    const inexact = Object.entries(checks).filter(([, check]) => check?.exact === false);
    return inexact.map(
      ([name, check]) =>
        `${scenario.scenario} on ${scenario.target}: ${name} valid, but less than exact: ${check?.summary}.`,
    );
  }
  const shown = violations.slice(0, violationsShown);
  const others = violationsIn(counts) - shown.length;
  return [
    `### ${scenario.scenario} on ${scenario.target}: ${result}`,
    said.map(([name, check]) => `- ${name} ${check?.result}: ${check?.summary}`).join('\n'),
    ...shown.flatMap(violationTable),
    ...(others > 0 ? [`And ${others} more violations: see report.json and history.jsonl.`] : []),
    ...(reproduce ? [`Run it again: \`${reproduce}\``] : []),
  ];
}

/** How many violations there are in all, shown or not. */
function violationsIn(counts: Counts): number {
  // A report of an older version has no contradictions.
  const {
    lost,
    stale,
    resurrected,
    garbage,
    contradictions = 0,
    torn,
    seedsLost,
    hung,
    starved = 0,
    crashed,
  } = counts;
  const { looseModes, leftovers, linksReplaced, refreshedTwice, loggedOut } = counts;
  // Nor has it those of a canary.
  const { linksFollowed = 0, disclosed = 0, unusable = 0 } = counts;
  const ofState = lost + stale + resurrected + garbage + contradictions + torn + seedsLost;
  const ofFiles = looseModes + leftovers + linksReplaced + linksFollowed + disclosed;
  return ofState + ofFiles + refreshedTwice + loggedOut + unusable + hung + starved + crashed;
}

function violationTable({ sentence, kind, guarantee, processes, timeline, lineage }: Violation): string[] {
  const rows = timeline.map(({ timeMs, cells, file }) => [`${timeMs.toFixed(3)} ms`, ...cells, file]);
  const header = ['Time', ...processes, 'File state'];
  const told = lineage ? `${sentence}; ${lineage}` : sentence;
  return [`**${kind}** (${guarantee}): ${told}`, ...(rows.length > 0 ? [table(header, rows)] : [])];
}

/** A report of an older version has no misreads. */
function faultsOf(counts: JudgedRun['counts']): string {
  const { kills, pauses, corruptions, plants, staleRewrites, misreads = 0 } = counts;
  const parts = [
    [kills, 'killed'],
    [pauses, 'paused'],
    [corruptions, 'corrupted'],
    [plants, 'planted'],
    [staleRewrites, 'stale rewrites'],
    [misreads, 'misreads'],
  ] as const;
  return parts
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(', ');
}

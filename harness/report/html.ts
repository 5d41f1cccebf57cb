import { lostOf } from '../core/lost.js';
import type { JudgedRun, Report, Violation } from '../core/report.js';
import { escapeHtml } from './escape.js';
import { evidenceLines } from './evidence.js';
import { intervalsToSvg } from './intervals-svg.js';
import { htmlTable, page } from './page.js';
import { noteLines } from './programs.js';
import { verdictOf, verdictOfAll } from './verdict.js';

/**
 * A run as one page that needs nothing else: no network, no script. At most `violationsMax` violations a scenario are in
 * a report, so its size is bounded, too.
 */
export function toHtml(report: Report): string {
  const { result, seed, durationMs, controls, scenarios, leftOut = [] } = report;
  const verdict = escapeHtml(verdictOfAll(report));
  return page(
    `Stress run: ${verdict}`,
    `<h1>Stress run: <span class="${escapeHtml(result)}">${verdict}</span></h1>
<p>Seed ${seed}, ${(durationMs / 1000).toFixed(1)} s.</p>
${section('Controls: planted bugs that must be found', controls)}
${section('Scenarios', scenarios)}
${[...evidenceLines(scenarios), ...noteLines(scenarios)]
  .map((line) => `<p>${escapeHtml(line)}</p>`)
  .join('\n')}
${leftOut.map((reason) => `<p>Left out: ${escapeHtml(reason)}.</p>`).join('\n')}
${scenarios.map(details).join('\n')}`,
  );
}

function section(title: string, runs: readonly JudgedRun[]): string {
  if (runs.length === 0) return '';
  const rows = runs.map((run) => [
    escapeHtml(run.scenario),
    escapeHtml(run.target),
    `<b class="${run.result}">${verdictOf(run)}</b>`,
    String(run.counts.acknowledged),
    String(run.counts.reads),
    String(lostOf(run.counts)),
    String(run.counts.torn),
    escapeHtml(run.checks.coverage?.summary ?? ''),
  ]);
  const header = ['scenario', 'target', 'verdict', 'acknowledged', 'reads', 'lost', 'torn', 'what it means'];
  return `<h2>${escapeHtml(title)}</h2>\n${htmlTable(header, rows)}`;
}

function details(run: JudgedRun & { reproduce?: string }): string {
  const { scenario, target, result, checks, violations, reproduce } = run;
  const said = Object.entries(checks).flatMap(([name, check]) =>
    check?.summary === undefined
      ? []
      : `<li><b class="${check.result}">${name}</b>: ${escapeHtml(check.summary)}</li>`,
  );
  return [
    `<h2>${escapeHtml(scenario)} on ${escapeHtml(target)}: <span class="${result}">${verdictOf(run)}</span></h2>`,
    `<ul>${said.join('\n')}</ul>`,
    ...violations.map(violationSection),
    ...(reproduce && result !== 'valid'
      ? [`<p>Run it again: <code>${escapeHtml(reproduce)}</code></p>`]
      : []),
  ].join('\n');
}

function violationSection({
  kind,
  guarantee,
  sentence,
  processes,
  timeline,
  lineage,
  bars = [],
}: Violation): string {
  const rows = timeline.map(({ timeMs, cells, file }) =>
    [`${timeMs.toFixed(3)} ms`, ...cells, file].map(escapeHtml),
  );
  return [
    `<h3>${escapeHtml(kind)} (${guarantee})</h3>`,
    `<p>${escapeHtml(lineage ? `${sentence}; ${lineage}` : sentence)}</p>`,
    // One alone shows no relation.
    ...(bars.length > 1 ? [`<div class="wide">${intervalsToSvg(bars)}</div>`] : []),
    ...(rows.length > 0 ? [htmlTable(['Time', ...processes.map(escapeHtml), 'File state'], rows)] : []),
  ].join('\n');
}

import type { JudgedRun, Report, Violation } from '../core/report.js';
import { escapeHtml } from './escape.js';
import { intervalsToSvg } from './intervals-svg.js';

/**
 * A run as one page that needs nothing else: no network, no script. At most `violationsMax` violations a scenario are in
 * a report, so its size is bounded, too.
 */
export function toHtml(report: Report): string {
  const { result, seed, durationMs, controls, scenarios, leftOut = [] } = report;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Stress run: ${escapeHtml(result)}</title>
<style>${style}</style>
<h1>Stress run: <span class="${escapeHtml(result)}">${escapeHtml(result)}</span></h1>
<p>Seed ${seed}, ${(durationMs / 1000).toFixed(1)} s.</p>
${section('Controls: planted bugs that must be found', controls)}
${section('Scenarios', scenarios)}
${leftOut.map((reason) => `<p>Left out: ${escapeHtml(reason)}.</p>`).join('\n')}
${scenarios.map(details).join('\n')}
</html>
`;
}

const style = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 75rem; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; font: 13px/1.5 ui-monospace, monospace; }
th, td { padding: .2rem .7rem; text-align: left; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
td:first-child { white-space: nowrap; }
.wide { overflow-x: auto; }
.valid { color: #2c8a4b; } .invalid, .blind { color: #d64545; } .unknown, .interrupted { color: #b7791f; }
code { font: 13px ui-monospace, monospace; }
`;

function section(title: string, runs: readonly JudgedRun[]): string {
  if (runs.length === 0) return '';
  const rows = runs.map(({ scenario, target, result, counts, checks }) => [
    ...[escapeHtml(scenario), escapeHtml(target), `<b class="${result}">${result}</b>`],
    ...[
      counts.acknowledged,
      counts.reads,
      counts.lost + counts.seedsLost + counts.resurrected,
      counts.torn,
    ].map(String),
    escapeHtml(checks.coverage?.summary ?? ''),
  ]);
  const header = ['scenario', 'target', 'verdict', 'acknowledged', 'reads', 'lost', 'torn', 'what it means'];
  return `<h2>${escapeHtml(title)}</h2>\n${table(header, rows)}`;
}

function details(run: JudgedRun & { reproduce?: string }): string {
  const { scenario, target, result, checks, violations, reproduce } = run;
  const said = Object.entries(checks).flatMap(([name, check]) =>
    check?.summary === undefined
      ? []
      : `<li><b class="${check.result}">${name}</b>: ${escapeHtml(check.summary)}</li>`,
  );
  return [
    `<h2>${escapeHtml(scenario)} on ${escapeHtml(target)}: <span class="${result}">${result}</span></h2>`,
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
    ...(rows.length > 0 ? [table(['Time', ...processes.map(escapeHtml), 'File state'], rows)] : []),
  ].join('\n');
}

/** @param rows of HTML */
function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`;
  return `<div class="wide"><table>\n${[row(header, 'th'), ...rows.map((cells) => row(cells, 'td'))].join('\n')}\n</table></div>`;
}

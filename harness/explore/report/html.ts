import { escapeHtml } from '../../report/escape.js';
import { htmlTable, page } from '../../report/page.js';
import type { Exploration, ExploredFailure } from '../evidence/exploration.js';
import type { ExploreReport } from './report.js';
import { decisionOf, originOf, stepTable, summaryOf, titleOf } from './summary.js';

/** Searches as one page: what the terminal shows. @param replayCommand returns the command that runs a failure again */
export function exploreToHtml(
  { result, seed, durationMs, scenarios }: ExploreReport,
  replayCommand: (failure: ExploredFailure) => string,
): string {
  return page(
    `Exploration: ${result}`,
    [
      `<h1>Exploration: <span class="${result}">${result}</span></h1>`,
      `<p>Seed ${seed}, ${(durationMs / 1000).toFixed(1)} s.</p>`,
      overview(scenarios.map(({ exploration }) => exploration)),
      ...scenarios.map(({ exploration }) => section(exploration, replayCommand)),
    ].join('\n'),
  );
}

function overview(all: readonly Exploration[]): string {
  const rows = all.map(({ target, program, result, executions, exhausted, failures }) => [
    ...[escapeHtml(target), escapeHtml(program), `<b class="${result}">${result}</b>`],
    ...[String(executions), exhausted ? 'yes' : 'no', escapeHtml(failures.map(titleOf).join(', '))],
  ]);
  return htmlTable(['target', 'clients', 'verdict', 'executions', 'all tried', 'found'], rows);
}

function section(found: Exploration, replayCommand: (failure: ExploredFailure) => string): string {
  const [title = '', ...lines] = summaryOf(found);
  return [
    `<h2>${escapeHtml(title)}</h2>`,
    `<ul>${lines.map((line) => `<li>${escapeHtml(line)}</li>`).join('\n')}</ul>`,
    ...found.failures.map((failure) => story(failure, replayCommand(failure))),
  ].join('\n');
}

function story(failure: ExploredFailure, replayCommand: string): string {
  const { guarantee, sentence, eraser, pair, program, rows } = failure;
  const decisive = new Set([pair?.early.step, pair?.late.step]);
  const { header, lines } = stepTable(rows, program);
  const cells = lines.map(({ step, cells }) => {
    const isDecisive = step !== undefined && decisive.has(step);
    return cells.map((cell) => (isDecisive && cell !== '' ? `<b>${escapeHtml(cell)}</b>` : escapeHtml(cell)));
  });
  const decision = decisionOf(failure);
  return [
    `<h3>${escapeHtml(titleOf(failure))} (${guarantee})</h3>`,
    `<p>${escapeHtml(sentence)}${eraser === undefined ? '' : `<br>${escapeHtml(eraser)}`}</p>`,
    htmlTable(header.map(escapeHtml), cells),
    ...(decision === undefined ? [] : [`<p>${escapeHtml(decision)}</p>`]),
    `<p>${originOf(failure, replayCommand)
      .map((line) => `<code>${escapeHtml(line)}</code>`)
      .join('<br>\n')}</p>`,
  ].join('\n');
}

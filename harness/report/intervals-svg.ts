import type { Bar } from '../core/report.js';
import { escapeHtml } from './escape.js';
import { layOut, type PlacedBar } from './steps.js';

const rowHeight = 24;
const characterWidth = 7.5;
const stepsWidth = 520;
const stepWidthMax = 60;

/**
 * Calls as a picture of their intervals, a row for each. Self-contained: it takes its colour from the page (`currentColor`)
 * and needs no script. What is dashed may not have happened, an arrow may still go on, the marked one is red.
 */
export function intervalsToSvg(bars: readonly Bar[]): string {
  const { bars: placed, steps } = layOut(bars);
  const longest = (texts: string[]) => Math.max(...texts.map(({ length }) => length)) * characterWidth + 16;
  const whatAt = 4 + longest(placed.map(({ process }) => process));
  const left = whatAt + longest(placed.map(({ what }) => what));
  const stepWidth = Math.min(stepWidthMax, stepsWidth / steps);
  const [width, height] = [Math.ceil(left + steps * stepWidth + 20), placed.length * rowHeight + 8];
  const xOf = (step: number) => Math.round(left + step * stepWidth);
  const label = `Intervals of ${placed.length} calls: ${placed.map(({ what }) => what).join(', ')}`;
  return [
    `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeHtml(label)}" xmlns="http://www.w3.org/2000/svg">`,
    `<style>${style}</style>`,
    ...Array.from({ length: steps }, (_, step) => gridLine(xOf(step), height)),
    ...placed.map((bar, row) => draw(bar, 4 + row * rowHeight, whatAt, xOf)),
    '</svg>',
  ].join('\n');
}

const style =
  'text{font:12px ui-monospace,monospace;fill:currentColor}.by{font-weight:bold}.grid{stroke:currentColor;opacity:.12}' +
  '.bar{fill:#5b8def;stroke:#5b8def}.unsure{fill-opacity:.15;stroke-dasharray:4 3}.marked{fill:#d64545;stroke:#d64545}';

function gridLine(x: number, height: number): string {
  return `<line x1="${x}" x2="${x}" y1="0" y2="${height}" class="grid"/>`;
}

function draw(bar: PlacedBar, y: number, whatAt: number, xOf: (step: number) => number): string {
  const { id, process, what, from, to, end, isSure, isMarked } = bar;
  const [x, right] = [xOf(from), Math.max(xOf(from) + 6, xOf(to))];
  const classes = ['bar', ...(isSure ? [] : ['unsure']), ...(isMarked ? ['marked'] : [])].join(' ');
  const shape =
    end === null
      ? `<path d="M${x} ${y + 3}H${right}l8 7l-8 7H${x}Z" class="${classes}"/>`
      : `<rect x="${x}" y="${y + 3}" width="${right - x}" height="14" rx="2" class="${classes}"/>`;
  return [
    `<g><title>${escapeHtml(`${id}: ${what}`)}</title>`,
    `<text x="4" y="${y + 14}" class="by">${escapeHtml(process)}</text>`,
    `<text x="${whatAt}" y="${y + 14}">${escapeHtml(what)}</text>${shape}</g>`,
  ].join('');
}

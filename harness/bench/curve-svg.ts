import { escapeHtml } from '../report/escape.js';
import type { CurvePoint, CurveResult } from './result.js';

const [width, height] = [640, 400];
const margin = { left: 64, right: 130, top: 32, bottom: 48 };
const colours = ['#5b8def', '#d6862d', '#3a9a5c', '#a45bc4'];
const style =
  'text{font:12px ui-monospace,monospace;fill:currentColor}.grid{stroke:currentColor;opacity:.15}' +
  '.line{fill:none;stroke-width:2}.spread{stroke-width:1;opacity:.6}';

/**
 * Sets a second over the number of processes, a line for each store, as a picture that needs nothing else. Each doubling of the
 * processes is one step to the right. A bar shows the slowest and the fastest round.
 */
export function curvesToSvg(curves: readonly CurveResult[]): string {
  const shown = curves.filter(({ points }) => points.length > 0);
  const all = shown.flatMap(({ points }) => points);
  const processes = [...new Set(all.map((point) => point.processes))].sort((a, b) => a - b);
  const [first = 1, last = 1] = [processes[0], processes.at(-1)];
  const steps = Math.max(1, Math.log2(last / first));
  const most = niceAbove(Math.max(1, ...all.map(({ perSecond }) => perSecond.max)));
  const x = (count: number) =>
    Math.round(margin.left + (Math.log2(count / first) / steps) * (width - margin.left - margin.right));
  const y = (perSecond: number) =>
    Math.round(height - margin.bottom - (perSecond / most) * (height - margin.top - margin.bottom));
  const label = `Sets a second with ${processes.join(', ')} processes: ${shown.map(({ target }) => target).join(', ')}`;
  return `${[
    `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeHtml(label)}" xmlns="http://www.w3.org/2000/svg">`,
    `<style>${style}</style>`,
    ...[0, 1, 2, 3, 4].map((part) => gridLine((most / 4) * part, y)),
    ...processes.map(
      (count) => `<text x="${x(count)}" y="${height - 26}" text-anchor="middle">${count}</text>`,
    ),
    `<text x="${margin.left}" y="18">sets a second</text>`,
    `<text x="${width - margin.right}" y="${height - 8}" text-anchor="end">processes</text>`,
    ...shown.map((curve, index) => line(curve, colours[index % colours.length] ?? '', x, y)),
    ...names(shown, x, y),
    '</svg>',
  ].join('\n')}\n`;
}

function gridLine(value: number, y: (perSecond: number) => number): string {
  const at = y(value);
  const line = `<line x1="${margin.left}" x2="${width - margin.right}" y1="${at}" y2="${at}" class="grid"/>`;
  return `${line}<text x="${margin.left - 8}" y="${at + 4}" text-anchor="end">${value}</text>`;
}

function line(
  { points }: CurveResult,
  colour: string,
  x: (count: number) => number,
  y: (perSecond: number) => number,
): string {
  const places = points.map(({ processes, perSecond }) => `${x(processes)},${y(perSecond.median)}`);
  const bars = points.map(({ processes, perSecond: { min, max } }) => {
    const at = x(processes);
    return `<line x1="${at}" x2="${at}" y1="${y(min)}" y2="${y(max)}" stroke="${colour}" class="spread"/>`;
  });
  return `<g><polyline points="${places.join(' ')}" stroke="${colour}" class="line"/>${bars.join('')}</g>`;
}

/** At the ends of the lines, from the top to the bottom, each below the one before. */
function names(
  curves: readonly CurveResult[],
  x: (count: number) => number,
  y: (perSecond: number) => number,
): string[] {
  let below = 0;
  return curves
    .map(({ target, points }, index) => ({ target, index, end: points.at(-1) as CurvePoint }))
    .sort((a, b) => b.end.perSecond.median - a.end.perSecond.median)
    .map(({ target, index, end }) => {
      const at = Math.max(y(end.perSecond.median) + 4, below);
      below = at + 14;
      const fill = `style="fill:${colours[index % colours.length]}"`;
      return `<text x="${x(end.processes) + 8}" y="${at}" ${fill}>${escapeHtml(target)}</text>`;
    });
}

/** A round number at or above the value, whose quarters are round, too. */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 4, 8, 10].find((one) => one * power >= value) ?? 10;
  return factor * power;
}

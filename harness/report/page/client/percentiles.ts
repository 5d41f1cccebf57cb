import type { LatencyLine, Overview } from '../data.js';
import { drawLazily, h, s } from './dom.js';
import { linePath } from './paths.js';
import { lengthOf, number } from './words.js';

const height = 210;
const left = 52;
const [top, bottom] = [26, 178];
/** One more nine is one more step to the right. */
const placeOf = (share: number) => -Math.log10(Math.max(1e-6, 1 - share));

/** How long which share of the calls took at most, by action. The numbers beside it are the judge's. */
export function percentilePlot({ percentiles }: Overview, latency: readonly LatencyLine[]): HTMLElement {
  const canvas = h('div.canvas', null);
  drawLazily(canvas, (width) => canvas.replaceChildren(draw(percentiles, width)));
  const row = ({ action, p50, p99, max }: LatencyLine) =>
    h(
      'tr',
      null,
      h('th', { scope: 'row' }, swatchOf(percentiles, action), action),
      [p50, p99, max].map((value) => h('td', null, msOf(value))),
    );
  return h(
    'figure.percentiles',
    null,
    canvas,
    h(
      'table.latency',
      null,
      h('caption.sr', null, 'Latency in milliseconds'),
      h(
        'thead',
        null,
        h(
          'tr',
          null,
          ['ms', 'p50', 'p99', 'max'].map((name) => h('th', { scope: 'col' }, name)),
        ),
      ),
      h('tbody', null, latency.map(row)),
    ),
  );
}

const msOf = (value: number) =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);

/** The colour of its curve. None for what the harness alone has asked for at the end: that has no curve. */
function swatchOf(percentiles: Overview['percentiles'], action: string): HTMLElement | undefined {
  const place = percentiles.findIndex((one) => one.action === action);
  return place < 0 ? undefined : h(`i.swatch.action-${place % 5}`, null);
}

function draw(percentiles: Overview['percentiles'], width: number): SVGElement {
  const right = width - 8;
  const took = percentiles.flatMap(({ points }) => points.map(([, one]) => Math.max(1, one)));
  const low = Math.floor(Math.log10(Math.min(...took)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...took))));
  const last = Math.max(2, ...percentiles.map(({ count }) => placeOf(1 - 1 / Math.max(2, count))));
  const end = Math.min(5, Math.ceil(last));
  const x = (share: number) => left + (Math.min(end, placeOf(share)) / end) * (right - left);
  const y = (one: number) => bottom - ((Math.log10(Math.max(1, one)) - low) / (high - low)) * (bottom - top);
  const spoken = percentiles
    .map(
      ({ action, count, points }) =>
        `${action}, ${number(count)} calls, the slowest ${lengthOf(points.at(-1)?.[1] ?? 0)}`,
    )
    .join('; ');
  const svg = s('svg', {
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    role: 'img',
    'aria-label': `Percentiles of latency: ${spoken}`,
  });
  for (let power = low; power <= high; power++)
    svg.append(
      s('line.grid', { x1: left, x2: right, y1: y(10 ** power), y2: y(10 ** power) }),
      s('text.tick', { x: left - 6, y: y(10 ** power) + 3.5, 'text-anchor': 'end' }, lengthOf(10 ** power)),
    );
  for (const [share, name] of [
    [0, 'min'],
    [0.5, 'p50'],
    [0.9, 'p90'],
    [0.99, 'p99'],
    [0.999, 'p99.9'],
    [0.9999, 'p99.99'],
  ] as const)
    if (placeOf(share) <= end)
      svg.append(
        s('line.grid', { x1: x(share), x2: x(share), y1: top, y2: bottom }),
        s(
          'text.tick',
          {
            x: x(share),
            y: bottom + 16,
            'text-anchor': share === 0 ? 'start' : x(share) > right - 20 ? 'end' : 'middle',
          },
          name,
        ),
      );
  for (const [at, { points }] of percentiles.entries()) {
    const shares = points.map(([share]) => share);
    const d = linePath(
      points.map(([, one]) => one),
      (place) => x(shares[place] ?? 1),
      y,
    );
    svg.append(s(`path.curve.action-${at % 5}`, { d }));
  }
  svg.append(s('text.caption', { x: 0, y: 12 }, 'Latency by percentile'));
  return svg;
}

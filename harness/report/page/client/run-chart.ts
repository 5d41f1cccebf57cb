import type { FaultRow, Overview } from '../data.js';
import { drawLazily, h, s } from './dom.js';
import { bandPath, barsPath, linePath } from './paths.js';
import { faultText } from './scene/compose.js';
import { lengthOf, niceStep, number, plural, short } from './words.js';

const left = 52;
const height = 296;
const rate = { top: 34, bottom: 112 };
const rug = { top: 121, bottom: 130 };
const late = { top: 164, bottom: 268 };

/**
 * A run as a whole: how many operations a second, violations as a strip, and how long writes took; faults run through all of it, so that a
 * gap has its cause above it. Drawn by hand: it needs steps, bands, marks and a strip, which uPlot (50 kB) leaves to plugins.
 */
export function runChart(overview: Overview): HTMLElement {
  const canvas = h('div.canvas', null);
  const readout = h('p.readout', null);
  const chart = h('figure.chart', null, canvas, readout);
  drawLazily(canvas, (width) => canvas.replaceChildren(new RunChart(overview, width, readout).svg));
  return chart;
}

class RunChart {
  readonly svg: SVGElement;
  readonly #right: number;
  readonly #buckets: number;
  readonly #most: number;
  readonly #low: number;
  readonly #high: number;
  readonly #cursor = s('line.cursor', { y1: rate.top, y2: late.bottom, visibility: 'hidden' });

  constructor(
    private readonly overview: Overview,
    private readonly width: number,
    private readonly readout: HTMLElement,
  ) {
    this.#right = width - 6;
    this.#buckets = overview.violations.length;
    this.#most = Math.max(1, ...this.#totals());
    const took = [
      ...overview.dots.map(([, one]) => Math.max(1, one)),
      ...overview.writes.p50.flatMap((one) => one ?? []),
    ];
    this.#low = 10 ** Math.floor(Math.log10(Math.min(...took, 1e5)));
    this.#high = 10 ** Math.ceil(Math.log10(Math.max(...took, 1000)));
    this.svg = s('svg', {
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      'aria-label': this.#spoken(),
    });
    this.svg.append(
      ...this.#faults(),
      ...this.#rates(),
      ...this.#violations(),
      ...this.#latencies(),
      ...this.#times(),
      this.#cursor,
      s('rect.glass', {
        x: left,
        y: 0,
        width: Math.max(0, this.#right - left),
        height: late.bottom,
        onpointermove: (event: PointerEvent) => this.#follow(event),
        onpointerleave: () => this.#leave(),
      }),
    );
    this.#leave();
  }

  #totals(): number[] {
    const { writes, reads, width } = this.overview;
    return writes.count.map((count, at) => ((count + (reads.count[at] ?? 0)) * 1e6) / width);
  }

  #x(time: number): number {
    return left + (time / (this.#buckets * this.overview.width)) * (this.#right - left);
  }

  #edge = (at: number): number => this.#x(at * this.overview.width);
  #middle = (at: number): number => this.#x((at + 0.5) * this.overview.width);

  #y = (perSecond: number): number => rate.bottom - (perSecond / this.#most) * (rate.bottom - rate.top);

  #z = (took: number): number => {
    const [low, high] = [Math.log10(this.#low), Math.log10(this.#high)];
    const share = (Math.log10(Math.max(this.#low, took)) - low) / (high - low);
    return late.bottom - share * (late.bottom - late.top);
  };

  #line(y: number, label: string): SVGElement[] {
    return [
      s('line.grid', { x1: left, x2: this.#right, y1: y, y2: y }),
      s('text.tick', { x: left - 6, y: y + 3.5, 'text-anchor': 'end' }, label),
    ];
  }

  #faults(): SVGElement[] {
    const { faults, from: start } = this.overview;
    return faults.flatMap((fault) => {
      const [kind, from, to] = fault;
      const begin = this.#x(Math.max(0, from - start));
      const wide = Math.max(1.5, this.#x(to - start) - begin);
      if (begin > this.#right) return [];
      return [
        s(
          `rect.fault-through.${familyOf(fault)}`,
          {
            x: begin,
            y: rate.top,
            width: Math.min(wide, this.#right - begin),
            height: late.bottom - rate.top,
            'data-fault': kind,
          },
          s('title', null, faultText(fault)),
        ),
        s(`path.fault-sign.${familyOf(fault)}`, { d: signOf(familyOf(fault), begin, rate.top - 8) }),
      ];
    });
  }

  #rates(): SVGElement[] {
    const totals = this.#totals();
    const { writes, width } = this.overview;
    const step = niceStep(this.#most / 2.2);
    const lines: SVGElement[] = [];
    for (let value = 0; value <= this.#most; value += step)
      lines.push(...this.#line(this.#y(value), short(value)));
    const onlyWrites = writes.count.map((count) => (count * 1e6) / width);
    return [
      ...lines,
      s('path.area-reads', { d: barsPath(totals, this.#edge, this.#y, rate.bottom) }),
      s('path.area-writes', { d: barsPath(onlyWrites, this.#edge, this.#y, rate.bottom) }),
      s('text.caption', { x: 0, y: 12 }, 'Operations a second'),
    ];
  }

  #violations(): SVGElement[] {
    const { violations } = this.overview;
    const worst = Math.max(...violations);
    if (worst === 0) return [];
    const marks = violations.flatMap((count, at) => {
      if (count === 0) return [];
      const opacity = (0.25 + 0.75 * Math.sqrt(count / worst)).toFixed(2);
      const wide = Math.max(1.5, this.#edge(at + 1) - this.#edge(at) - 0.5);
      return [
        s('rect.rug', { x: this.#edge(at), y: rug.top, width: wide, height: rug.bottom - rug.top, opacity }),
      ];
    });
    return [...marks, s('text.tick.bad', { x: left - 6, y: rug.bottom, 'text-anchor': 'end' }, '✕')];
  }

  #latencies(): SVGElement[] {
    const { writes, dots } = this.overview;
    const lines: SVGElement[] = [];
    for (let value = this.#low; value <= this.#high; value *= 10)
      lines.push(...this.#line(this.#z(value), lengthOf(value)));
    const path = (kind: number) =>
      dots
        .filter(([, , isWrite]) => isWrite === kind)
        .map(([at, took]) => `M${(this.#x(at) - 1).toFixed(1)} ${this.#z(took).toFixed(1)}h2`)
        .join('');
    const isNarrow = this.width < 560;
    const caption = isNarrow
      ? 'Latency of writes: p50 to p99; a dot is a call'
      : 'Latency: the line is the median of writes, the band reaches p99, a dot is a call (a sample, and the slowest ones)';
    return [
      ...lines,
      s('path.dots-reads', { d: path(0) }),
      s('path.dots-writes', { d: path(1) }),
      s('path.band', { d: bandPath(writes.p50, writes.p99, this.#edge, this.#middle, this.#z) }),
      s('path.median', { d: linePath(writes.p50, this.#middle, this.#z) }),
      s('text.caption', { x: 0, y: late.top - 12 }, caption),
    ];
  }

  #times(): SVGElement[] {
    const { width: bucket, from } = this.overview;
    const span = this.#buckets * bucket;
    const step = niceStep((span / (this.#right - left)) * 90);
    const ticks: SVGElement[] = [];
    for (let time = Math.ceil(from / step) * step; time <= from + span; time += step) {
      const x = this.#x(time - from);
      const anchor = x > this.#right - 20 ? 'end' : 'middle';
      ticks.push(
        s('line.tick-line', { x1: x, x2: x, y1: late.bottom, y2: late.bottom + 4 }),
        s('text.tick', { x, y: late.bottom + 17, 'text-anchor': anchor }, `${+(time / 1e6).toFixed(3)} s`),
      );
    }
    return ticks;
  }

  #spoken(): string {
    const { operations, faults, violations } = this.overview;
    const bad = violations.reduce((sum, count) => sum + count, 0);
    return `Rate and latency over time: ${plural(operations, 'operation')} in ${lengthOf(this.#buckets * this.overview.width)}, at most ${short(this.#most)} a second, ${plural(faults.length, 'fault')}, ${plural(bad, 'violation')}`;
  }

  #follow(event: PointerEvent): void {
    const { left: begin } = this.svg.getBoundingClientRect();
    const share = (event.clientX - begin - left) / (this.#right - left);
    const at = Math.min(this.#buckets - 1, Math.max(0, Math.floor(share * this.#buckets)));
    for (const side of ['x1', 'x2']) this.#cursor.setAttribute(side, String(this.#middle(at)));
    this.#cursor.setAttribute('visibility', 'visible');
    const { writes, reads, violations, width, from } = this.overview;
    const failed = (writes.bad[at] ?? 0) + (reads.bad[at] ?? 0);
    const [p50, p99] = [writes.p50[at], writes.p99[at]];
    const parts = [
      `${((from + at * width) / 1e6).toFixed(2)} s: ${plural(writes.count[at] ?? 0, 'write')}, ${plural(reads.count[at] ?? 0, 'read')}`,
      failed > 0 ? `${number(failed)} failed or unknown` : '',
      p50 && p99 ? `a write took ${lengthOf(p50)}, p99 ${lengthOf(p99)}` : '',
      violations[at] ? plural(violations[at], 'violation') : '',
    ];
    this.readout.textContent = parts.filter((part) => part !== '').join('; ');
  }

  #leave(): void {
    this.#cursor.setAttribute('visibility', 'hidden');
    const { faults, faultsLeftOut, violations, operations, audits, width } = this.overview;
    const kinds = [...new Set(faults.map(([kind]) => kind))];
    const swatch = (name: string, text: string) => h('span.key', null, h(`i.swatch.${name}`), text);
    this.readout.replaceChildren(
      swatch('writes', 'writes'),
      swatch('reads', 'reads'),
      ...(violations.some((count) => count > 0) ? [swatch('violations', 'violations')] : []),
      ...kinds.map((kind) => {
        const ofKind = faults.filter(([one]) => one === kind);
        const family = familyOf(ofKind[0] as FaultRow);
        return h(
          'span.key',
          null,
          s(
            'svg',
            { width: 12, height: 12, 'aria-hidden': 'true' },
            s(`path.fault-sign.${family}`, { d: signOf(family, 6, 6) }),
          ),
          plural(ofKind.length, kind),
        );
      }),
      h(
        'span.quiet',
        null,
        `${plural(operations, 'operation')}${audits > 0 ? `, and ${number(audits)} of the final audit, not drawn` : ''}, buckets of ${lengthOf(width)}${faultsLeftOut > 0 ? `, ${number(faultsLeftOut)} more faults` : ''}`,
      ),
    );
  }
}

type Family = 'kill' | 'pause' | 'file';

function familyOf([kind]: FaultRow): Family {
  return kind === 'kill' || kind === 'pause' ? kind : 'file';
}

/** Faults differ by shape, and not by colour alone. */
function signOf(family: Family, x: number, y: number): string {
  if (family === 'kill') return `M${x - 3} ${y - 3}l6 6m0 -6l-6 6`;
  if (family === 'pause') return `M${x - 2} ${y - 3.5}v7m4 -7v7`;
  return `M${x} ${y - 4}l4 4l-4 4l-4 -4Z`;
}

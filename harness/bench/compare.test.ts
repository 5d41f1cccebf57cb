import { describe, expect, it } from 'vitest';
import { compareReports } from './compare.js';
import { curvesToSvg } from './curve-svg.js';
import type { BenchReport, BenchResult, CurveResult, Spread } from './result.js';
import { comparisonToTerminal } from './terminal.js';

const of = (median: number, min = median, max = median): Spread => ({ median, min, max });

function curveOf(target: string, medians: readonly number[]): CurveResult {
  const points = medians.map((median, place) => ({
    kind: 'writes',
    part: 'curve',
    target,
    processes: 2 ** place,
    acknowledged: 1,
    failed: 0,
    lost: 0,
    latencyMs: { p50: 1, p99: 2, max: 3 },
    perSecond: of(median, median - 50, median + 50),
    ratioToOne: of(1),
    slowest: of(1),
  }));
  return { kind: 'curve', part: 'curve', target, points: points as CurveResult['points'] };
}

function reportOf(...results: BenchResult[]): BenchReport {
  return {
    schema: 1,
    suite: 'store',
    target: 'hardened',
    node: 'v20',
    cpus: 2,
    durationMs: 1,
    interrupted: false,
    lost: 0,
    results,
  };
}

const figureOf = (unit: string, value: Spread): BenchResult => ({
  kind: 'value',
  part: 'reads',
  name: 'one',
  title: 'one',
  unit,
  value,
});

describe('two reports of a bench', () => {
  it('what got slower comes first, the worst of all at the top, and what got faster after it', () => {
    const [before, now] = [curveOf('a', [1000, 1000, 1000]), curveOf('a', [800, 500, 2000])];
    const found = compareReports(reportOf(before), reportOf(now)).differences;
    expect(found.map(({ what, ratio, isSlower }) => [what, ratio, isSlower])).toEqual([
      ['curve: a, 2 processes, sets/s', 0.5, true],
      ['curve: a, 1 processes, sets/s', 0.8, true],
      ['curve: a, 4 processes, sets/s', 2, false],
    ]);
  });

  it('a figure whose rounds overlap with those of before is not different, nor one that is hardly apart', () => {
    const before = reportOf(figureOf('ms', of(10, 5, 15)), curveOf('a', [10_000]));
    const now = reportOf(figureOf('ms', of(20, 14, 25)), curveOf('a', [9500]));
    expect(compareReports(before, now).differences).toEqual([]);
  });

  it('a time that grows is slower, a rate that grows is faster', () => {
    const isSlower = (unit: string) =>
      compareReports(reportOf(figureOf(unit, of(10))), reportOf(figureOf(unit, of(20)))).differences[0]
        ?.isSlower;
    expect([isSlower('ms'), isSlower('sets/s')]).toEqual([true, false]);
  });

  it('what only one of the reports has is not compared', () => {
    const nothing = compareReports(reportOf(curveOf('a', [100])), reportOf(curveOf('b', [1])));
    expect(nothing).toEqual({ compared: 0, differences: [] });
    expect(comparisonToTerminal(nothing, 'old.json')).toBe(
      'Nothing could be compared: old.json has no figure of what was measured now.',
    );
  });
});

describe('the picture of the curves', () => {
  it('the picture has a line for each store that could be run, with its name as text', () => {
    const absent: CurveResult = { ...curveOf('absent', []), note: 'not installed' };
    const svg = curvesToSvg([curveOf('ours', [1000, 1500, 1900]), curveOf('<b>', [700, 300]), absent]);
    expect(svg.match(/<polyline points="([^"]*)"/g)).toHaveLength(2);
    expect(svg).toContain('>ours</text>');
    expect(svg).toContain('>&lt;b&gt;</text>');
    expect(svg).not.toContain('absent');
    // More sets are higher up, more processes further to the right.
    const places = [...(/points="([^"]*)"/.exec(svg)?.[1]?.split(' ') ?? [])].map((at) =>
      at.split(',').map(Number),
    );
    expect(places.map(([x = 0]) => x)).toEqual(places.map(([x = 0]) => x).toSorted((a, b) => a - b));
    expect(places.map(([, y = 0]) => y)).toEqual(places.map(([, y = 0]) => y).toSorted((a, b) => b - a));
  });

  it('without a single curve there is an empty picture', () => {
    expect(curvesToSvg([])).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
    expect(curvesToSvg([])).not.toContain('NaN');
  });
});

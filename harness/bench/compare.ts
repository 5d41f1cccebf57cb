import type { BenchReport, BenchResult, Spread } from './result.js';

/** What differs between two reports, beyond what rounds differ by themselves. */
export interface Difference {
  /** Which figure of which store. */
  what: string;
  before: Spread;
  now: Spread;
  /** How many times the median before the median now is. */
  ratio: number;
  isSlower: boolean;
}

/** Less is noise, even where all rounds agree. */
const leastShare = 0.1;

/** What two reports have in common, and where they differ. */
export interface Comparison {
  /** How many figures stand in both. With none, nothing was compared. */
  compared: number;
  /** What got slower, the worst first, and then what got faster. */
  differences: Difference[];
}

/**
 * Compares the rates and ratios of two reports: no latencies, and no rivals. A figure differs where no round of one report is within the range of the other, and their medians are a
 * tenth apart. Times of two runs compare only on the same machine at rest; ratios of what was measured in turns compare anywhere.
 */
export function compareReports(before: BenchReport, now: BenchReport): Comparison {
  const earlier = new Map(before.results.flatMap(figuresOf).map(({ what, spread }) => [what, spread]));
  const common = now.results.flatMap(figuresOf).filter(({ what }) => (earlier.get(what)?.median ?? 0) > 0);
  const differences = common
    .flatMap(({ what, spread, isMoreBetter }): Difference[] => {
      const old = earlier.get(what);
      if (!old) return [];
      const ratio = spread.median / old.median;
      const isApart = spread.max < old.min || spread.min > old.max;
      if (!isApart || Math.abs(ratio - 1) < leastShare) return [];
      return [{ what, before: old, now: spread, ratio, isSlower: ratio < 1 === isMoreBetter }];
    })
    .sort((a, b) => Number(b.isSlower) - Number(a.isSlower) || distance(b) - distance(a));
  return { compared: common.length, differences };
}

function distance({ ratio }: Difference): number {
  return Math.abs(Math.log(ratio));
}

interface Figure {
  what: string;
  spread: Spread;
  isMoreBetter: boolean;
}

function figuresOf(result: BenchResult): Figure[] {
  switch (result.kind) {
    case 'ratio': {
      const isMoreBetter = result.unit.endsWith('/s');
      return [{ what: `${result.title}, by ${result.other.name}`, spread: result.ratio, isMoreBetter }];
    }
    case 'value':
      return [{ what: result.title, spread: result.value, isMoreBetter: result.unit.endsWith('/s') }];
    case 'writes':
      return [perSecond(result.target, result.processes, result.part, result.perSecond)];
    case 'curve':
      return result.points.flatMap(({ target, processes, perSecond: spread, ratioToOne }) => [
        perSecond(target, processes, result.part, spread),
        { what: `${target}, ${processes} processes, of one`, spread: ratioToOne, isMoreBetter: true },
      ]);
    case 'rival':
      return [];
  }
}

function perSecond(target: string, processes: number, part: string, spread: Spread): Figure {
  return { what: `${part}: ${target}, ${processes} processes, sets/s`, spread, isMoreBetter: true };
}

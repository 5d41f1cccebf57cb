import type { Bar } from '../core/report.js';

/** A bar with its place, in whole steps from the left. */
export interface PlacedBar extends Bar {
  from: number;
  /** One step beyond the last for a bar without an end. */
  to: number;
}

/**
 * Lays calls out for a picture, in order of their begins. What matters is which ended before which began, so each time at which
 * anything begins or ends is one step, however long it was to the next. What ends as another begins is concurrent with
 * it: begins come first.
 */
export function layOut(bars: readonly Bar[]): { bars: PlacedBar[]; steps: number } {
  const begins = new Set(bars.map(({ begin }) => begin));
  const ends = new Set(bars.flatMap(({ end }) => end ?? []));
  const beginStep = new Map<number, number>();
  const endStep = new Map<number, number>();
  let steps = 0;
  for (const time of [...new Set([...begins, ...ends])].sort((a, b) => a - b)) {
    if (begins.has(time)) beginStep.set(time, steps++);
    if (ends.has(time)) endStep.set(time, steps++);
  }
  const placed = bars.map((bar): PlacedBar => {
    const to = bar.end === null ? steps : (endStep.get(bar.end) ?? steps);
    return { ...bar, from: beginStep.get(bar.begin) ?? 0, to };
  });
  return { bars: placed.sort((a, b) => a.from - b.from || a.to - b.to), steps: steps + 1 };
}

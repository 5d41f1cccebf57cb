import { countWhile } from '../../history/count-while.js';
import type { Operation } from '../../history/run.js';

export type OverlapSearch = (
  from: number,
  to: number,
  accept: (operation: Operation) => boolean,
) => Operation[];

/** Prepares the search for accepted operations that overlap an interval, the latest begin first. */
export function overlapSearch(operations: readonly Operation[]): OverlapSearch {
  const byBegin = operations.toSorted((a, b) => a.begin - b.begin);
  // Apart, or the first of them would keep every search going back to it.
  const endless = byBegin.filter(({ end }) => end === Number.POSITIVE_INFINITY);
  let latestEnd = Number.NEGATIVE_INFINITY;
  const steps = byBegin.flatMap((operation) => {
    if (operation.end === Number.POSITIVE_INFINITY) return [];
    latestEnd = Math.max(latestEnd, operation.end);
    return { operation, latestEnd };
  });
  return function overlapping(from, to, accept) {
    const found = endless.filter((operation) => operation.begin <= to && accept(operation));
    for (let index = countWhile(steps, ({ operation }) => operation.begin <= to) - 1; index >= 0; index--) {
      const step = steps[index];
      // All that began before had ended, too.
      if (step === undefined || step.latestEnd < from) break;
      if (step.operation.end >= from && accept(step.operation)) found.push(step.operation);
    }
    return found.sort((a, b) => b.begin - a.begin);
  };
}

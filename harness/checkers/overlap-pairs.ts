import type { Operation } from '../history/run.js';
import { isMutation } from './lost-update/registers.js';

/**
 * Pairs of changes by different clients that were under way at the same time: only these can undo each other, so their number is
 * what a run has tried. A change that failed did nothing, and one without an end overlaps everything, so neither counts.
 */
export function countOverlaps(operations: readonly Operation[]): number {
  const changes = operations
    .filter(
      (operation) => operation.outcome !== 'fail' && Number.isFinite(operation.end) && isMutation(operation),
    )
    .sort((a, b) => a.begin - b.begin);
  let underWay: Operation[] = [];
  let pairs = 0;
  for (const change of changes) {
    underWay = underWay.filter(({ end }) => end >= change.begin);
    pairs += underWay.filter(({ client }) => client !== change.client).length;
    underWay.push(change);
  }
  return pairs;
}

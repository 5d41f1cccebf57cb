import type { List } from '../history/list.js';
import type { Operation } from '../history/run.js';
import { isMutation } from './lost-update/registers.js';

/**
 * Pairs of changes by different clients that were under way at the same time: only these can undo each other, so their number is
 * what a run has tried. A change that failed did nothing, and one without an end overlaps everything, so neither counts.
 */
export function countOverlaps(operations: List<Operation>): number {
  let underWay: Operation[] = [];
  let pairs = 0;
  // They are in the order of their begins.
  for (const change of operations) {
    if (change.outcome === 'fail' || !Number.isFinite(change.end) || !isMutation(change)) continue;
    underWay = underWay.filter(({ end }) => end >= change.begin);
    pairs += underWay.filter(({ client }) => client !== change.client).length;
    underWay.push(change);
  }
  return pairs;
}

import { Floats, Ints } from '../../history/column.js';
import type { List } from '../../history/list.js';
import type { Operation } from '../../history/run.js';

export type OverlapSearch = (
  from: number,
  to: number,
  accept: (operation: Operation) => boolean,
) => Operation[];

/**
 * Prepares the search for accepted operations that overlap an interval, the latest begin first.
 * @param operations in the order of their begins
 * @param mayCount which of them are looked at, whatever the interval
 */
export function overlapSearch(
  operations: List<Operation>,
  mayCount: (operation: Operation) => boolean = () => true,
): OverlapSearch {
  const begins = new Floats();
  const ends = new Floats();
  /** By begin, up to each: when all that had begun by then had ended. */
  const latestEnds = new Floats();
  const places = new Ints();
  // Apart, or the first of them would keep every search going back to it.
  const endless: Operation[] = [];
  let latestEnd = Number.NEGATIVE_INFINITY;
  let place = -1;
  for (const operation of operations) {
    place++;
    if (!mayCount(operation)) continue;
    const { begin, end } = operation;
    if (end === Number.POSITIVE_INFINITY) {
      endless.push(operation);
      continue;
    }
    latestEnd = Math.max(latestEnd, end);
    begins.push(begin);
    ends.push(end);
    latestEnds.push(latestEnd);
    places.push(place);
  }
  return function overlapping(from, to, accept) {
    const found = endless.filter((operation) => operation.begin <= to && accept(operation));
    for (let index = begins.countBelow(to, true) - 1; index >= 0 && latestEnds.get(index) >= from; index--) {
      if (ends.get(index) < from) continue;
      const operation = operations.at(places.get(index));
      if (operation && accept(operation)) found.push(operation);
    }
    return found.sort((a, b) => b.begin - a.begin);
  };
}

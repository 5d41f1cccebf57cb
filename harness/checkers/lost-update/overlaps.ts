import { Floats, Ints } from '../../history/column.js';
import type { List } from '../../history/list.js';
import type { Operation } from '../../history/run.js';

export type OverlapSearch = (
  from: number,
  to: number,
  accept: (operation: Operation) => boolean,
) => Operation[];

/** A search looks at so many more at most than it has to. */
const blockLength = 32;

/**
 * Prepares the search for accepted operations that overlap an interval, the latest begin first.
 * @param operations in the order of their begins
 * @param mayCount which of them are looked at, whatever the interval
 */
export function overlapSearch(
  operations: List<Operation>,
  mayCount: (operation: Operation) => boolean = () => true,
): OverlapSearch {
  /** Of those that are looked at, in the order of their begins. All else is asked of them: a long run has millions. */
  const places = new Ints();
  /** By block, when all that had begun in it or before had ended. */
  const latestEnds = new Floats();
  // Apart, or the first of them would keep every search going back to it.
  const endless: Operation[] = [];
  let latestEnd = Number.NEGATIVE_INFINITY;
  let place = -1;
  for (const operation of operations) {
    place++;
    if (!mayCount(operation)) continue;
    const { end } = operation;
    if (end === Number.POSITIVE_INFINITY) {
      endless.push(operation);
      continue;
    }
    latestEnd = Math.max(latestEnd, end);
    if (places.length % blockLength === 0) latestEnds.push(latestEnd);
    else latestEnds.set(latestEnds.length - 1, latestEnd);
    places.push(place);
  }
  const at = (index: number) => operations.at(places.get(index)) as Operation;
  const hasEnded = (index: number, by: number) => latestEnds.get(Math.floor(index / blockLength)) < by;

  return function overlapping(from, to, accept) {
    const found = endless.filter((operation) => operation.begin <= to && accept(operation));
    for (let index = countBegun(to) - 1; index >= 0 && !hasEnded(index, from); index--) {
      const operation = at(index);
      if (operation.end >= from && accept(operation)) found.push(operation);
    }
    return found.sort((a, b) => b.begin - a.begin);
  };

  function countBegun(by: number): number {
    let low = 0;
    let high = places.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (at(middle).begin <= by) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

import type { Operation } from '../../history/run.js';
import type { Looks } from './looks.js';
import type { OverlapSearch } from './overlaps.js';
import { isVisible } from './suspects.js';

/** Operations by their ids, which are the values that they write. */
export interface OperationsById {
  get(id: string): Operation | undefined;
}

export interface LateWrites {
  /** The store writes after it has acknowledged, as far as the run shows: the end of an operation is no alibi. */
  isUsual: boolean;
  /** At least one value came late. */
  isKnown: boolean;
  /** Whose values a look was the first to find, though they had been acknowledged before the look before. */
  in: (look: number) => Operation[];
}

/** The store writes behind if more than this share of all values that came into the file came late. */
const usualShare = 1 / 5;
/** And of few values, in a short run, fewer are enough. */
const doubt = 2;
const arrivalsMin = 5;

/**
 * Finds values that came into the file after their operations had ended. That alone is no proof that a store acknowledges before
 * it writes: one may have been written in time, been erased before a look met it, and been brought back with another's copy. Where
 * it happens a lot, or while no write at all is under way, it is. Those don't count that came with a later change of their own
 * process: one that writes what it remembers brings back all that others have erased.
 */
export function findLateWrites(
  operations: OperationsById,
  looks: Looks,
  underWay: OverlapSearch,
): LateWrites {
  const before = (look: number) => looks.get(look - 1)?.seen ?? Number.NEGATIVE_INFINITY;
  const lateIn = (look: number) => {
    const arrived = looks.arrivalsAt(look).flatMap((id) => operations.get(id) ?? []);
    return arrived.filter((one) => one.end < before(look) && !isRemembered(one, look));
  };
  const isRemembered = (one: Operation, look: number) => {
    const until = looks.get(look)?.until ?? before(look);
    const isLater = (other: Operation) => other.process === one.process && other.begin >= one.end;
    return underWay(before(look), until, isLater).some((other) => isVisible(other, look, looks));
  };
  let arrivals = 0;
  let late = 0;
  let isQuiet = false;
  for (let look = 0; look < looks.count; look++) {
    const until = looks.get(look)?.until ?? 0;
    const arrived = looks.arrivalsAt(look);
    if (look === 0 || arrived.length === 0) continue;
    arrivals += arrived.length;
    late += lateIn(look).length;
    isQuiet ||= underWay(before(look), until, () => true).length === 0;
  }
  const isMuch = arrivals >= arrivalsMin && late > 0 && late + doubt > arrivals * usualShare;
  return { isUsual: isQuiet || isMuch, isKnown: late > 0, in: lateIn };
}

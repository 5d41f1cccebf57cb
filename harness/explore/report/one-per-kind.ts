import type { ExploredFailure } from '../evidence/exploration.js';

/** Of drawn schedules the first: then it does not depend on how many threads or machines have made them. */
export function onePerKind(failures: readonly ExploredFailure[]): ExploredFailure[] {
  const drawn = ({ found }: ExploredFailure) => found.drawn ?? 0;
  const inOrder = failures.toSorted((a, b) => drawn(a) - drawn(b));
  return [...new Map(inOrder.toReversed().map((failure) => [failure.kind, failure])).values()].reverse();
}

/** Steps for each at first. */
const firstShare = 1000;

/** How an attempt ended. */
interface Tried {
  steps: number;
  /** `later`: not decided, and it may have more steps. `stop`: nothing else need be decided. */
  next: 'done' | 'later' | 'stop';
}

/**
 * Divides a budget of steps among several: all get the same, then those that are not decided four times as much, and so on. So a
 * hard one can't hide that an easy one is wrong, and what is done again costs no more than a third of the whole.
 * @returns those that were not decided, and the steps that all took
 */
export function inGrowingShares<T>(
  items: readonly T[],
  stepsMax: number,
  attempt: (item: T, stepsMax: number) => Tried,
): { open: T[]; steps: number } {
  let open = [...items];
  let steps = 0;
  for (let share = firstShare; open.length > 0 && steps < stepsMax; share *= 4) {
    const left: T[] = [];
    for (const [at, item] of open.entries()) {
      const tried = attempt(item, Math.max(1, Math.min(share, stepsMax - steps)));
      steps += tried.steps;
      if (tried.next === 'stop') return { open: [...left, ...open.slice(at + 1)], steps };
      if (tried.next === 'later') left.push(item);
    }
    open = left;
  }
  return { open, steps };
}

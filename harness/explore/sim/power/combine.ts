/** As many combinations as are wanted, and whether there are more. */
export interface Combined<T> {
  combinations: T[][];
  isCut: boolean;
}

/**
 * One of each list, in every way. Where those are more than `max`, first those that have all of one end of their lists but for a
 * few: a loss that needs many coincidences is the last to be tried.
 */
export function combine<T>(lists: readonly (readonly T[])[], max: number): Combined<T> {
  const count = lists.reduce((product, list) => product * list.length, 1);
  if (count <= max) return { combinations: [...all(lists, 0, [])], isCut: false };
  const combinations: T[][] = [];
  for (let far = 0; far <= lists.length; far++)
    for (const end of [0, -1] as const)
      for (const chosen of near(lists, end, far, 0)) {
        if (combinations.length >= max) return { combinations, isCut: true };
        combinations.push(chosen);
      }
  // Some are there twice, near both ends, and none is missing.
  return { combinations, isCut: false };
}

function* all<T>(lists: readonly (readonly T[])[], at: number, chosen: readonly T[]): Generator<T[]> {
  const list = lists[at];
  if (!list) yield [...chosen];
  else for (const one of list) yield* all(lists, at + 1, [...chosen, one]);
}

/** With `far` of them elsewhere than at the end of their list. */
function* near<T>(lists: readonly (readonly T[])[], end: 0 | -1, far: number, at: number): Generator<T[]> {
  const list = lists[at];
  if (!list) {
    if (far === 0) yield [];
    return;
  }
  if (lists.length - at < far) return;
  const last = list.at(end) as T;
  for (const rest of near(lists, end, far, at + 1)) yield [last, ...rest];
  if (far === 0) return;
  for (const one of list)
    if (one !== last) for (const rest of near(lists, end, far - 1, at + 1)) yield [one, ...rest];
}

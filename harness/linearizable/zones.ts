/**
 * What is known of one value of a register (Gibbons and Korach 1997, "Testing shared memories"). The write and the reads
 * that return it form a cluster, and in a linearization nothing else that writes comes between them.
 *
 *  - `f`: the earliest end in the cluster. From then on the value had certainly been written.
 *  - `s`: the latest begin in the cluster. Until then it had certainly not been replaced.
 *
 * `y` can't be before `x` if something of `x` ended before something of `y` began: f(x) < s(y).
 */
export interface Zone {
  f: number;
  s: number;
}

/** By f, as `findOverlap` wants them. */
export function byFirstEnd(a: Zone, b: Zone): number {
  return a.f < b.f ? -1 : a.f > b.f ? 1 : 0;
}

/**
 * Two zones of one register that can be put in neither order: f(x) < s(y) and f(y) < s(x). If there are none, and every
 * value was read only after its write had begun, then the history is linearizable: the relation "x can't be after y" has no
 * cycle but through such a pair (Gibbons and Korach 1997, theorem for a known read-mapping).
 *
 * One pass: were there two earlier zones that reach beyond f(y), they would be such a pair themselves, and have been found.
 * So only the one that reaches furthest has to be remembered.
 * @param zones by f
 */
export function findOverlap<Z extends Zone>(zones: Iterable<Z>): [Z, Z] | undefined {
  let furthest: Z | undefined;
  for (const zone of zones) {
    if (furthest !== undefined && furthest.s > zone.f && zone.s > furthest.f) return [furthest, zone];
    if (furthest === undefined || zone.s > furthest.s) furthest = zone;
  }
  return undefined;
}

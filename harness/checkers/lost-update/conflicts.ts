import { countWhile } from '../../history/count-while.js';
import { findOverlap } from '../../linearizable/index.js';
import { rangeMax } from './range-max.js';
import type { Mutation, Read, Register } from './registers.js';
import { type Clusters, clusterByValue, type Zone } from './zones.js';

/** A mutation that should have been visible, and the first read that shows an older state. */
export interface Conflict {
  victim: Zone;
  read: Read;
}

export interface Conflicts {
  conflicts: Conflict[];
  garbage: Read[];
}

/**
 * Finds what keeps one key's history from being linearizable, one conflict for each victim.
 *
 * In a linearization the clusters of two values don't mix, so one is wholly before the other. `y` can't be before
 * `x` if something of `x` ended before something of `y` began: f(x) < s(y). If both orders are ruled out,
 * f(x) < s(y) and f(y) < s(x), there is no linearization: two forward zones (f < s) overlap, or a backward zone lies
 * inside a forward one. With unique values and no removals these pairs are all there is to find (Gibbons and Korach
 * 1997, for a known read-mapping), so the check is then exact. Removals all write the same "absent"; around them the
 * conditions are necessary, not sufficient, and a complete search may find more. What is found is always true.
 */
export function findConflicts(register: Register): Conflicts {
  const clusters = clusterByValue(register);
  // A healthy history is decided by one look at each zone; who is to blame takes more.
  const stale = findOverlap(clusters.zones) ? [...staleValues(clusters)] : [];
  const absent = unexplainedAbsences(withoutAccusers(register, clusters, stale), register.removals);

  const firstAccuser = new Map<Mutation, Read>();
  for (const { victim, read } of [...stale, ...absent]) {
    const known = firstAccuser.get(victim.mutation);
    if (known === undefined || read.begin < known.begin) firstAccuser.set(victim.mutation, read);
  }
  const conflicts = clusters.zones.flatMap((victim) => {
    const read = firstAccuser.get(victim.mutation);
    return read ? { victim, read } : [];
  });
  return { conflicts, garbage: clusters.garbage };
}

/**
 * A read that is already an accuser says no more about what else there was: one that still found a removed value
 * must not make the absence that others found after it a loss of that value. With fewer reads every condition
 * only gets weaker.
 */
function withoutAccusers(register: Register, clusters: Clusters, stale: readonly Conflict[]): Clusters {
  if (stale.length === 0) return clusters;
  const accusers = new Set(stale.map(({ read }) => read));
  return clusterByValue({ ...register, reads: register.reads.filter((read) => !accusers.has(read)) });
}

/**
 * A read of `x` that began after f(y), where `y` can't be before `x`. Several such `y` in a row need not all
 * be lost: `x`, `y1`, `y2`, then `x` again is one writer with an older copy who erased `y2`, after `y2` had rightly
 * replaced `y1`. So each read accuses only the latest.
 */
function* staleValues({ zones }: Clusters): Generator<Conflict> {
  const latest = rangeMax(zones.map(({ s }) => s));
  const latestBetween = (older: Zone, rank: number, before: number) => {
    const count = countWhile(zones, ({ f }) => f < before);
    const index = latest(rank + 1, Math.max(rank + 1, count));
    const zone = index === undefined ? undefined : zones[index];
    return zone !== undefined && zone.s > older.f ? zone : undefined;
  };
  for (const [rank, older] of zones.entries()) {
    // One look for all its reads.
    if (latestBetween(older, rank, older.s) === undefined) continue;
    for (const read of older.reads) {
      const victim = latestBetween(older, rank, read.begin);
      if (victim) yield { victim, read };
    }
  }
}

/**
 * A read R that found nothing must come right after some removal D. That is ruled out
 *
 *  - if R ended before D began, or
 *  - if a value `y` lies between: D ended before something of `y` began (D.end < s(y)), and something of `y` ended
 *    before R began (f(y) < R.begin). Clusters don't mix, so all of `y` is after D and before R:
 *
 *        D |--|   set y |--|           D |--|   set y |---------------------|
 *                            R |--|                 get y |--|   R |--|
 *
 * D may be an unacknowledged removal, which may have happened, or the absence before the run. So R is explained if
 * the latest end of all D with D.begin <= R.end is at least the latest s(y) of all `y` with f(y) < R.begin. And R
 * itself must be before or after all of `y`: it is neither if also R.end < s(y).
 */
function* unexplainedAbsences(
  { zones, absences }: Clusters,
  removals: readonly Mutation[],
): Generator<Conflict> {
  const writes = zones.filter(({ of }) => of === 'write');
  const latestWrite = runningMax(writes.map(({ s }) => s));
  const byBegin = removals.toSorted((a, b) => a.begin - b.begin);
  const latestEnd = runningMax(byBegin.map(({ end }) => end));

  for (const read of absences) {
    const victim = writes[latestWrite[countWhile(writes, ({ f }) => f < read.begin) - 1] ?? -1];
    if (victim === undefined) continue;
    const causes = countWhile(byBegin, ({ begin }) => begin <= read.end);
    const lastCause = byBegin[latestEnd[causes - 1] ?? -1]?.end ?? Number.NEGATIVE_INFINITY;
    if (victim.s > Math.min(lastCause, read.end)) yield { victim, read };
  }
}

/** For each index that of the largest number so far, the last of equals. */
function runningMax(numbers: readonly number[]): number[] {
  let best = 0;
  return numbers.map((number, index) => {
    if (number >= (numbers[best] ?? number)) best = index;
    return best;
  });
}

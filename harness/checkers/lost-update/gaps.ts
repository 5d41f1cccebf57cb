import type { ValueId } from '../../history/events.js';
import type { Looks } from './looks.js';
import type { OverlapSearch } from './overlaps.js';
import type { Mutation } from './registers.js';
import type { Gap, Loss } from './suspects.js';
import type { Views } from './views.js';

/** What a run shows of when something was there. */
export interface Sights {
  looks: Looks;
  views: Views;
  underWay: OverlapSearch;
  hasBroken: boolean;
}

/**
 * Between the last look with the victim and the next, unless another change of the key explains that it went. Where a client
 * found it later than that, it had come back between two looks, with the older copy of another process, and went once more: then between
 * that read and the next look. Where no client met it: from its beginning to the first look, or else read, that should have.
 */
export function gapOf(sights: Sights, loss: Loss): Gap | undefined {
  const { looks } = sights;
  const { register, victim, value, since } = loss;
  const ends = [...looks.endsOf(register.key, value, victim.begin)];
  const end = ends.find((look) => isUnexplainedEnd(looks, look, loss));
  const views = sights.views.with(victim.operation, value, register.reads);
  const seen = {
    after: latestOf(views.map(({ after }) => after)),
    by: latestOf(views.map(({ end }) => end)),
  };
  const isLater = ends[0] === undefined || seen.after > (looks.get(ends[0])?.until ?? seen.after);
  const later = isLater && (value !== null || seen.after >= since) ? gapAfter(sights, loss, seen) : undefined;
  if (later) return later;
  if (end !== undefined) return gapAtEnd(sights, loss, end);
  return ends.length > 0 ? undefined : gapAfter(sights, loss, never);
}

function isUnexplainedEnd(looks: Looks, look: number, loss: Loss): boolean {
  const { register, value, since } = loss;
  const [before, after] = [looks.get(look - 1), looks.get(look)];
  // Absence is like any other: before the removal is done it may be an older one.
  if (!before || !after || (value === null && after.time < since)) return false;
  return !isExplained(looks.at(register.key, look), after.until, loss);
}

function gapAtEnd(sights: Sights, loss: Loss, look: number): Gap {
  const { looks } = sights;
  const { register, value } = loss;
  const [from, to] = [looks.get(look - 1)?.seen ?? loss.victim.begin, looks.get(look)?.until ?? loss.until];
  return {
    from,
    to,
    look,
    wasSeen: true,
    isBetweenLooks: true,
    missed: { at: to, found: looks.at(register.key, look) },
    backAt: looks.get(looks.firstSince(register.key, value, look) ?? -1)?.until,
    isOwnInnocent: isOwnInnocent(sights, loss, to),
  };
}

/** When clients found a victim for the last time: not before `after`, and by `by`. */
interface Seen {
  after: number;
  by: number;
}

const never: Seen = { after: Number.NEGATIVE_INFINITY, by: Number.NEGATIVE_INFINITY };

function latestOf(times: readonly number[]): number {
  return times.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
}

function gapAfter(sights: Sights, loss: Loss, seen: Seen): Gap | undefined {
  const { looks, views } = sights;
  const { register, victim, value, since, until } = loss;
  const met = Math.max(since, seen.by);
  const common = {
    from: Math.max(victim.begin, seen.after),
    wasSeen: Number.isFinite(seen.by),
    isBetweenLooks: false,
    backAt: undefined,
  };
  const look = looks.countWhile(({ time }) => time <= met);
  const after = looks.get(look);
  if (after === undefined) {
    return {
      ...common,
      to: until,
      look: undefined,
      missed: undefined,
      isOwnInnocent: isOwnInnocent(sights, loss, until),
    };
  }
  const found = looks.at(register.key, look);
  if (found === value || isExplained(found, after.until, loss)) return undefined;
  // Where there is no look but that at the end, a client may have missed it long before.
  const misses = looks.count > 1 ? [] : views.without(value, register.reads);
  const [miss] = misses
    .filter((view) => view.after >= met && view.end < after.until && !isExplained(view.value, view.end, loss))
    .sort((a, b) => a.end - b.end);
  const to = miss?.end ?? after.until;
  return {
    ...common,
    to,
    look: miss ? undefined : look,
    missed: { at: to, found: miss ? miss.value : found },
    isOwnInnocent: isOwnInnocent(sights, loss, to),
  };
}

/**
 * What a process does next begins with its own change, whether it remembers that or reads the file. Otherwise one other
 * had erased it and a second one brought it back meanwhile; or it met a file that was being written.
 */
function isOwnInnocent({ underWay, hasBroken }: Sights, { victim }: Loss, to: number): boolean {
  const others = underWay(victim.begin, to, ({ process }) => process !== victim.operation?.process);
  return new Set(others.map(({ process }) => process)).size < 2 && !hasBroken;
}

/** True if a client that was not done before the victim began wanted the key to be so. */
function isExplained(found: ValueId | null, until: number, { register, victim }: Loss): boolean {
  const mayFollow = ({ begin, end }: Mutation) => begin <= until && end >= victim.begin;
  if (found === null) return register.removals.some(mayFollow);
  const write = register.writes.get(found);
  return write !== undefined && mayFollow(write);
}

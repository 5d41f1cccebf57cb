import type { Finding } from '../../core/verdict.js';
import { countWhile } from '../../history/count-while.js';
import type { FaultEvent, ValueId } from '../../history/events.js';
import type { Operation, Run } from '../../history/run.js';
import { findLateWrites } from './late-writes.js';
import { Looks } from './looks.js';
import { type OverlapSearch, overlapSearch } from './overlaps.js';
import { isMutation, type Mutation } from './registers.js';
import { type Gap, type Loss, type Suspect, suspectsOf } from './suspects.js';

/** With more suspects than this, no name is given: a list of ten accuses the whole run. */
const namesMax = 4;

export interface Blame {
  /** The author is among these, the most likely first. Empty where there are too many, or where any write may have come late. */
  suspects: Operation[];
  /** Those of them that had ended, though no look before had found their values. */
  late: Operation[];
  /** How many there were, named or not. */
  count: number;
  /** More speaks against the first than against the others. */
  isFirstLikelier: boolean;
  /** No other write was under way, and its change came as the victim went. */
  certain: boolean;
  /** No look at the file found the victim: it may never have been written. */
  wasSeen: boolean;
  /** What came into the file with it had been acknowledged before, so it may be any write that had ended. */
  writesLate: boolean;
  /** By when a foreign reader had first seen the file without the victim; undefined if none has. */
  seenAt: number | undefined;
  /** What it found at the key. */
  found: ValueId | null;
  /** The contents before and after, by their numbers. */
  from: number | undefined;
  to: number | undefined;
}

/**
 * Finds who erased: whose change of another key wrote the file from a copy that was older than the victim.
 *
 * The evidence is the contents that a foreign reader met. The victim was in the file when the last of these with it was looked
 * at, and not any more when the next had been; so one of those that were under way between wrote the file without it. The reader
 * may have missed contents between the two, so that is all that can be said where more than one was.
 */
export function findErasers(run: Run): (loss: Loss) => Blame | undefined {
  const looks = new Looks(run);
  const underWay = overlapSearch(run.operations.filter(mayHaveWritten));
  const hasBroken = run.files.some(({ broken }) => broken !== null);
  const isStaleRewrite = findStaleRewrites(run);

  const byId = new Map(run.operations.map((operation) => [operation.id, operation]));
  const late = findLateWrites(byId, looks, underWay);

  return function findEraser(loss) {
    const gap = gapOf(looks, loss, underWay, hasBroken);
    if (gap === undefined) return undefined;
    const candidates = late.isUsual ? [] : suspectsOf(gap, loss, looks, underWay, isStaleRewrite);
    // Where nothing came or went with it but the victim, a late write is as likely.
    const isTold = !late.isKnown || candidates.some(({ evidence }) => evidence !== 'under way');
    const inTime = isTold ? candidates : [];
    const known = new Set(inTime.map(({ eraser }) => eraser));
    const cameLate = (gap.look === undefined ? [] : late.in(gap.look)).filter(
      (one) => one.key !== loss.register.key && !known.has(one),
    );
    const suspects: Suspect[] = [
      ...inTime,
      ...(inTime.length === 0 ? [] : cameLate.map((eraser) => ({ eraser, evidence: 'came late' as const }))),
    ];
    const writesLate = suspects.length === 0 && (late.isUsual || !isTold || cameLate.length > 0);
    const [first, second] = suspects;
    const isNamed = suspects.length <= namesMax;
    const isTrace = first !== undefined && first.evidence !== 'under way';
    const { version: to, until: seenAt } = looks.all[gap.look ?? -1] ?? {};
    const isEarly = first !== undefined && first.eraser.begin <= loss.since;
    return {
      suspects: isNamed ? suspects.map(({ eraser }) => eraser) : [],
      count: suspects.length,
      late: suspects.filter(({ evidence }) => evidence === 'came late').map(({ eraser }) => eraser),
      isFirstLikelier: isTrace && second?.evidence !== first.evidence,
      certain: suspects.length === 1 && isTrace && isEarly && gap.wasSeen,
      wasSeen: gap.wasSeen,
      writesLate,
      seenAt,
      found: gap.look === undefined ? null : looks.at(loss.register.key, gap.look),
      from: gap.wasSeen ? looks.all[(gap.look ?? 0) - 1]?.version : undefined,
      to: gap.wasSeen ? to : undefined,
    };
  };
}

/** A failed one, too: what it says is no proof that it has left the file alone. */
function mayHaveWritten(operation: Operation): boolean {
  return isMutation(operation) || (operation.action === 'refresh' && operation.outcome === 'fail');
}

/** Tells whether an operation is that of a foreign program which is known to have rewritten the file from an older copy. */
function findStaleRewrites({ faults }: Run): (operation: Operation) => boolean {
  const rewrites = faults.filter(({ fault }) => fault === 'stale-rewrite');
  return function isStaleRewrite({ foreign, process, begin, end }) {
    const isIts = (rewrite: FaultEvent) =>
      rewrite.process === process && begin <= rewrite.time && rewrite.time <= end;
    return foreign && rewrites.some(isIts);
  };
}

/**
 * Between the last look with the victim and the next, unless another change of the key explains that it went. Where no look met
 * it, from its beginning to the first look, or else read, that should have.
 */
function gapOf(looks: Looks, loss: Loss, underWay: OverlapSearch, hasBroken: boolean): Gap | undefined {
  const { register, victim, value, since, until } = loss;
  const gap = (from: number, to: number, look: number | undefined, wasSeen: boolean): Gap => {
    const others = underWay(victim.begin, to, ({ process }) => process !== victim.operation?.process);
    const processes = new Set(others.map(({ process }) => process));
    // What a process does next begins with its own change, whether it remembers that or reads the file. Otherwise one other
    // had erased it and a second one brought it back meanwhile; or it met a file that was being written.
    return { from, to, look, wasSeen, isOwnInnocent: processes.size < 2 && !hasBroken };
  };
  const ends = [...looks.endsOf(register.key, value, victim.begin)];
  for (const look of ends) {
    const [before, after] = [looks.all[look - 1], looks.all[look]];
    // Absence is like any other: before the removal is done it may be an older one.
    if (!before || !after || (value === null && after.time < since)) continue;
    if (isExplained(looks.at(register.key, look), after.until, loss)) continue;
    return gap(before.time, after.until, look, true);
  }
  if (ends.length > 0) return undefined;
  const look = countWhile(looks.all, ({ time }) => time <= since);
  const after = looks.all[look];
  if (after === undefined) return gap(victim.begin, until, undefined, false);
  const found = looks.at(register.key, look);
  if (found === value || isExplained(found, after.until, loss)) return undefined;
  return gap(victim.begin, after.until, look, false);
}

/** True if a client that was not done before the victim began wanted the key to be so. */
function isExplained(found: ValueId | null, until: number, { register, victim }: Loss): boolean {
  const mayFollow = ({ begin, end }: Mutation) => begin <= until && end >= victim.begin;
  if (found === null) return register.removals.some(mayFollow);
  const write = register.writes.get(found);
  return write !== undefined && mayFollow(write);
}

/** The same for a finding, by ids. */
export function toEvidence(blame: Blame | undefined): Pick<Finding, 'blame'> {
  if (blame === undefined || blame.suspects.length === 0) return {};
  const { suspects, certain, from, to } = blame;
  const versions = from === undefined || to === undefined ? {} : { from, to };
  return { blame: { suspects: suspects.map(({ id }) => id), certain, ...versions } };
}

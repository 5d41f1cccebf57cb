import type { Finding } from '../../core/verdict.js';
import type { FaultEvent } from '../../history/events.js';
import type { Operation, Run } from '../../history/run.js';
import { type Base, findBases, withoutInnocent } from './bases.js';
import { gapOf } from './gaps.js';
import { findLateWrites } from './late-writes.js';
import { Looks } from './looks.js';
import { overlapSearch } from './overlaps.js';
import { findProvenance } from './provenance.js';
import { isMutation, operationsById } from './registers.js';
import { type Gap, isVisible, type Loss, type Suspect, suspectsOf } from './suspects.js';
import { findViews } from './views.js';

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
  /** A look at the file found the victim, or another process. Otherwise it may never have been written. */
  wasSeen: boolean;
  /** What came into the file with it had been acknowledged before, so it may be any write that had ended. */
  writesLate: boolean;
  /** By when a client had missed it after that, and what was there instead; undefined if only the loss's own read did. */
  missed: Gap['missed'];
  /** By when a look had found it once more, until a change of its key ended it. */
  backAt: number | undefined;
  /** The contents before and after, by their numbers. */
  from: number | undefined;
  to: number | undefined;
  /** What the first suspect had read, as far as it is known. */
  base: Base | undefined;
  /** The look that missed the victim; undefined if no look at the file did. */
  look: number | undefined;
}

/**
 * Finds who erased: whose change of another key wrote the file from a copy that was older than the victim.
 *
 * The evidence is the contents that a foreign reader met. The victim was in the file when the last of these with it was looked
 * at, and not any more when the next had been; so one of those that were under way between wrote the file without it. The reader
 * may have missed contents between the two, so that is all that can be said where more than one was.
 */
export function findErasers(run: Run, looks = new Looks(run)): (loss: Loss) => Blame | undefined {
  const byId = operationsById(run);
  const underWay = overlapSearch(run.operations, mayHaveWritten);
  const hasBroken = run.files.some(({ broken }) => broken !== null);
  const sights = { looks, views: findViews(byId), underWay, hasBroken };
  const isStaleRewrite = findStaleRewrites(run);

  const late = findLateWrites(byId, looks, underWay);
  const provenance = findProvenance(run, looks);
  const baseOf = findBases(run, looks, provenance);

  return function findEraser(loss) {
    const gap = gapOf(sights, loss);
    if (gap === undefined) return undefined;
    const candidates = late.isUsual
      ? []
      : withoutInnocent(
          suspectsOf(gap, loss, looks, underWay, isStaleRewrite),
          loss,
          provenance,
          (one) => gap.look === undefined || isVisible(one, gap.look - 1, looks),
        );
    // Where nothing came or went with it but the victim, a late write is as likely.
    const isTold = !late.isKnown || candidates.some(({ evidence }) => evidence !== 'under way');
    const inTime = isTold ? candidates : [];
    const known = new Set(inTime.map(({ eraser }) => eraser.id));
    const cameLate = (gap.look === undefined ? [] : late.in(gap.look)).filter(
      (one) => one.key !== loss.register.key && !known.has(one.id),
    );
    const suspects: Suspect[] = [
      ...inTime,
      ...(inTime.length === 0 ? [] : cameLate.map((eraser) => ({ eraser, evidence: 'came late' as const }))),
    ];
    const writesLate = suspects.length === 0 && (late.isUsual || !isTold || cameLate.length > 0);
    const [first, second] = suspects;
    const isNamed = suspects.length <= namesMax;
    const isTrace = first !== undefined && first.evidence !== 'under way';
    const isEarly = first !== undefined && first.eraser.begin <= loss.since;
    return {
      suspects: isNamed ? suspects.map(({ eraser }) => eraser) : [],
      count: suspects.length,
      late: suspects.filter(({ evidence }) => evidence === 'came late').map(({ eraser }) => eraser),
      isFirstLikelier: isTrace && second?.evidence !== first.evidence,
      certain: suspects.length === 1 && isTrace && isEarly && gap.isBetweenLooks,
      base: first && baseOf(first.eraser, loss, gap.look),
      look: gap.look,
      wasSeen: gap.wasSeen,
      writesLate,
      missed: gap.missed,
      backAt: gap.backAt,
      from: gap.isBetweenLooks ? looks.get((gap.look ?? 0) - 1)?.version : undefined,
      to: gap.isBetweenLooks ? looks.get(gap.look ?? -1)?.version : undefined,
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

/** What a finding holds of a blame: ids. Where values come late the end of an operation is no alibi, so none can be excluded. */
export function toEvidence(blame: Blame | undefined): Pick<Finding, 'blame'> {
  if (blame === undefined || blame.suspects.length === 0 || blame.late.length > 0) return {};
  const { suspects, certain, from, to } = blame;
  const versions = from === undefined || to === undefined ? {} : { from, to };
  return { blame: { suspects: suspects.map(({ id }) => id), certain, ...versions } };
}

import { countWhile } from '../core/count-while.js';
import type { FaultEvent, FileEvent, ValueId } from '../core/history.js';
import type { Operation, Run } from '../core/run.js';
import { overlapSearch } from './overlaps.js';
import { entryOf, isMutation, type Mutation } from './registers.js';
import { isBystander, type Loss, suspectsOf } from './suspects.js';

export interface Blame {
  eraser: Operation;
  /** By when a foreign reader had first seen the file without the victim. */
  seenAt: number | undefined;
  /** False if others could have done it, too. */
  certain: boolean;
}

/**
 * Finds who erased: whose change of another key wrote the file from a copy that was older than the victim.
 *
 * The evidence is the contents that a foreign reader met. It may have missed some between two that it saw, so a
 * name is only as certain as `certain` says. Without such evidence the suspects are those that changed another
 * key while the victim was being written: a writer that erased it had read the file before, and written it after.
 */
export function findErasers(run: Run): (loss: Loss) => Blame | undefined {
  const byId = new Map(run.operations.map((operation) => [operation.id, operation]));
  const versionsOf = versionsByKey(run.files);
  const underWay = overlapSearch(run.operations.filter(isMutation));
  const isStaleRewrite = findStaleRewrites(run);

  return function findEraser(loss) {
    const version = erasingVersion(versionsOf.get(loss.register.key) ?? [], loss);
    if (version === undefined) {
      const { victim, since } = loss;
      const [eraser] = underWay(victim.begin, since, (operation) => isBystander(operation, loss));
      return eraser && { eraser, seenAt: undefined, certain: false };
    }
    const suspects = suspectsOf(version, loss, byId, underWay, isStaleRewrite);
    const [first] = suspects;
    if (first === undefined) return undefined;
    const isOnlyAuthor = suspects.filter(({ evidence }) => evidence !== 'under way').length === 1;
    const certain = isOnlyAuthor && first.evidence !== 'under way' && first.eraser.begin <= loss.since;
    return { eraser: first.eraser, seenAt: version.until, certain };
  };
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

/** The first content without the victim after one with it, unless another change of the key explains it. */
function erasingVersion(versions: readonly FileEvent[], loss: Loss): FileEvent | undefined {
  const { register, victim, value } = loss;
  let wasThere = false;
  const first = countWhile(versions, ({ until }) => until < victim.begin);
  for (let index = first; index < versions.length; index++) {
    const version = versions[index] as FileEvent;
    const found = entryOf(version.set, register.key);
    if (found === value) {
      wasThere = true;
    } else if (wasThere) {
      return isExplained(found, version.until, loss) ? undefined : version;
    }
  }
  return undefined;
}

/** True if somebody who was not done before the victim began wanted the key to be so. */
function isExplained(found: ValueId | null, until: number, { register, victim }: Loss): boolean {
  const mayFollow = ({ begin, end }: Mutation) => begin <= until && end >= victim.begin;
  if (found === null) return register.removals.some(mayFollow);
  const write = register.writes.get(found);
  return write !== undefined && mayFollow(write);
}

function versionsByKey(files: readonly FileEvent[]): Map<string, FileEvent[]> {
  const versions = new Map<string, FileEvent[]>();
  for (const file of files.toSorted((a, b) => a.time - b.time)) {
    for (const key of [...Object.keys(file.set), ...file.removed]) {
      const known = versions.get(key);
      if (known) known.push(file);
      else versions.set(key, [file]);
    }
  }
  return versions;
}

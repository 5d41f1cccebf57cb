import type { FileEvent, ValueId } from '../core/history.js';
import type { Operation, Run } from '../core/run.js';
import { countWhile } from './count-while.js';
import { entryOf, type Mutation, type Register } from './registers.js';

/** Something that was in the file, and must have been erased. */
export interface Loss {
  register: Pick<Register, 'key' | 'writes' | 'removals'>;
  victim: Mutation;
  /** What the key held when the victim was in effect. */
  value: ValueId | null;
  /** From when on it certainly was in effect. */
  since: number;
}

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

  return function findEraser(loss) {
    const version = erasingVersion(versionsOf.get(loss.register.key) ?? [], loss);
    if (version === undefined) {
      const { victim, since } = loss;
      const [eraser] = underWay(victim.begin, since, (operation) => isBystander(operation, loss));
      return eraser && { eraser, seenAt: undefined, certain: false };
    }
    const suspects = suspectsOf(version, loss, byId, underWay);
    const [first] = suspects;
    if (first === undefined) return undefined;
    const isOnlyAuthor = suspects.filter(({ evidence }) => evidence !== 'under way').length === 1;
    const certain = isOnlyAuthor && first.evidence !== 'under way' && first.eraser.begin <= loss.since;
    return { eraser: first.eraser, seenAt: version.until, certain };
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

/** What speaks against a suspect, the strongest first. A key that is gone may just be one more that was erased. */
const evidences = ['its value came', 'its key went', 'under way'] as const;

interface Suspect {
  eraser: Operation;
  evidence: (typeof evidences)[number];
}

/**
 * Who could have written that content, the most likely first: who began when older copies could still be read;
 * against whom more evidence speaks; other clients; and the earliest, who had the oldest copy.
 */
function suspectsOf(
  version: FileEvent,
  loss: Loss,
  byId: ReadonlyMap<string, Operation>,
  underWay: ReturnType<typeof overlapSearch>,
): Suspect[] {
  const { register, victim, since } = loss;
  const evidence = new Map<Operation, Suspect['evidence']>();
  for (const operation of underWay(version.time, version.until, (one) => isBystander(one, loss))) {
    evidence.set(operation, 'under way');
  }
  const removed = new Set<string | undefined>(version.removed);
  const isRemover = ({ action, key }: Operation) =>
    action === 'remove' && key !== register.key && removed.has(key);
  for (const operation of underWay(victim.begin, version.until, isRemover)) {
    evidence.set(operation, 'its key went');
  }
  for (const [key, value] of Object.entries(version.set)) {
    const setter = byId.get(value);
    if (!setter || key === register.key || setter.begin > version.until || setter.end < victim.begin)
      continue;
    evidence.set(setter, 'its value came');
  }
  const rank = ({ eraser, evidence }: Suspect) => [
    Number(eraser.begin > since),
    evidences.indexOf(evidence),
    Number(eraser.client === victim.operation?.client),
    eraser.begin,
  ];
  return [...evidence]
    .map(([eraser, evidence]) => ({ eraser, evidence }))
    .sort((a, b) => inOrder(rank(a), rank(b)));
}

/** True if it is another client's change of another key. */
function isBystander({ key, client }: Operation, { register, victim }: Loss): boolean {
  return key !== register.key && client !== victim.operation?.client;
}

function inOrder(a: readonly number[], b: readonly number[]): number {
  for (const [index, number] of a.entries()) {
    const difference = number - (b[index] ?? number);
    if (difference !== 0) return difference;
  }
  return 0;
}

type Accept = (operation: Operation) => boolean;

/** @returns a function that finds the operations that overlap an interval, latest begin first */
function overlapSearch(operations: readonly Operation[]) {
  const byBegin = operations.toSorted((a, b) => a.begin - b.begin);
  let latestEnd = Number.NEGATIVE_INFINITY;
  const steps = byBegin.map((operation) => {
    latestEnd = Math.max(latestEnd, operation.end);
    return { operation, latestEnd };
  });
  return function* overlapping(from: number, to: number, accept: Accept): Generator<Operation> {
    for (let index = countWhile(byBegin, ({ begin }) => begin <= to) - 1; index >= 0; index--) {
      const step = steps[index];
      // All that began before had ended, too.
      if (step === undefined || step.latestEnd < from) return;
      if (step.operation.end >= from && accept(step.operation)) yield step.operation;
    }
  };
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

function isMutation({ action }: Operation): boolean {
  return action === 'set' || action === 'remove';
}

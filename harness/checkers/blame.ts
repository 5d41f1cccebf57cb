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
  const suspectsIn = overlapSearch(run.operations.filter(isMutation));

  return function findEraser(loss) {
    const { register, victim, since } = loss;
    const isSuspect = (suspect: Operation) =>
      suspect.key !== register.key && suspect.client !== victim.operation?.client;
    const version = erasingVersion(versionsOf.get(register.key) ?? [], loss);
    if (version) {
      const authors = authorsOf(version, loss, byId, suspectsIn);
      const [eraser] = authors;
      if (eraser) {
        const certain = authors.length === 1 && eraser.begin <= since;
        return { eraser, seenAt: version.until, certain };
      }
    }
    const [from, to] = version ? [version.time, version.until] : [victim.begin, since];
    const [eraser] = suspectsIn(from, to, isSuspect);
    return eraser && { eraser, seenAt: version?.until, certain: false };
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

/** Those whose other changes came with that content: other clients first, then those that read early enough, then the latest. */
function authorsOf(
  version: FileEvent,
  { register, victim, since }: Loss,
  byId: ReadonlyMap<string, Operation>,
  suspectsIn: ReturnType<typeof overlapSearch>,
): Operation[] {
  const others = Object.entries(version.set).filter(([key]) => key !== register.key);
  const setters = others.flatMap(([, value]) => byId.get(value) ?? []);
  const removed = new Set(version.removed.filter((key) => key !== register.key));
  const removers =
    removed.size === 0
      ? []
      : suspectsIn(
          victim.begin,
          version.until,
          ({ action, key }) => action === 'remove' && removed.has(key ?? ''),
        );
  const isForeign = ({ client }: Operation) => client !== victim.operation?.client;
  return [...setters, ...removers]
    .filter(({ begin, end }) => begin <= version.until && end >= victim.begin)
    .sort(
      (a, b) =>
        Number(isForeign(b)) - Number(isForeign(a)) ||
        Number(b.begin <= since) - Number(a.begin <= since) ||
        b.begin - a.begin,
    );
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

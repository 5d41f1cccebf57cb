import type { Operation, Run } from '../../history/run.js';
import { findInferredBases } from './inferred-base.js';
import type { Looks } from './looks.js';
import type { Provenance } from './provenance.js';
import type { Loss, Suspect } from './suspects.js';

/** What an operation had read before it wrote. */
export interface Base {
  /** Its number among the contents that a foreign reader met. */
  version: number | undefined;
  /** Its own store says so. Otherwise it is what accounts for what it wrote. */
  isExact: boolean;
  /** Who wrote it, where that is known exactly. */
  by: string | undefined;
  /** What it was: no entries, what is no whole document, or an older copy without the victim; undefined where nothing tells. */
  what: 'empty' | 'torn' | 'older' | undefined;
}

/**
 * Leaves out who had read the victim: such a one wrote it again. And who had read what another of them wrote, and nothing of it
 * himself: what that one lacks was erased before. That does not hold if the writer's change had come before the victim went, for
 * then the base may be older than the victim; nor if each had read what the other wrote.
 * @param hadCome an operation's change was in the last content with the victim, for all that is known
 */
export function withoutInnocent(
  suspects: readonly Suspect[],
  { register, value }: Pick<Loss, 'register' | 'value'>,
  provenance: Provenance | undefined,
  hadCome: (operation: Operation) => boolean,
): Suspect[] {
  if (provenance === undefined) return [...suspects];
  const guilty = suspects.filter(({ eraser: { base } }) => {
    const held = base === undefined ? undefined : provenance.held(base, register.key);
    return held === undefined || held !== value;
  });
  const erasers = new Set(guilty.flatMap(({ eraser }) => (hadCome(eraser) ? [] : eraser.id)));
  const isFollower = ({ base, end }: Operation) => {
    const writer = base === undefined ? undefined : provenance.writerOf(base);
    return writer !== undefined && erasers.has(writer.id) && writer.begin <= end;
  };
  const first = guilty.filter(({ eraser }) => !isFollower(eraser));
  return first.length > 0 ? first : guilty;
}

/** Prepares the search for what a suspect had read: what its store says, or what accounts for the content that missed the victim. */
export function findBases(
  run: Run,
  looks: Looks,
  provenance: Provenance | undefined,
): (suspect: Operation, loss: Loss, look: number | undefined) => Base | undefined {
  let infer: ReturnType<typeof findInferredBases> | undefined;
  return function baseOf(suspect, { register, value }, look) {
    const { base: name, end } = suspect;
    if (name !== undefined && provenance) {
      const held = provenance.held(name, register.key);
      const what =
        provenance.brokenness(name) ??
        (held !== undefined && held !== value ? ('older' as const) : undefined);
      // It had been read before the content without the victim was there, which may have become the same once more.
      const gone = (look === undefined ? undefined : looks.get(look))?.time ?? Number.POSITIVE_INFINITY;
      return {
        isExact: true,
        version: provenance.versionOf(name, Math.min(end, gone - 1)),
        by: provenance.writerOf(name)?.id,
        what,
      };
    }
    if (look === undefined) return undefined;
    infer ??= findInferredBases(run, looks);
    const inferred = infer(suspect, look);
    if (inferred === undefined) return undefined;
    const version = inferred.look === undefined ? undefined : looks.get(inferred.look)?.version;
    const isOlder = inferred.look !== undefined && looks.at(register.key, inferred.look) !== value;
    const what = inferred.isOfNothing ? ('empty' as const) : isOlder ? ('older' as const) : undefined;
    return { isExact: false, version, by: undefined, what };
  };
}

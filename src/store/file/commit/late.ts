import { timeOf } from '../disk/state.js';
import { fingerprint, printsOf, statesBefore } from './generations.js';
import { mergeLate, type Prints } from './merge.js';
import { type Basis, heldBy } from './next-record.js';
import type { Beliefs, Recovery } from './recovery.js';
import type { LateWrite } from './task.js';

/**
 * What the file and its copy say, and what foreign programs have written into files that were replaced before. Such a program
 * has read what that file held, or a state before: it opened the file before it was replaced.
 */
export function withLate(
  { state, recovery }: Pick<Basis, 'state' | 'recovery'>,
  late: readonly LateWrite[],
  beliefs: Beliefs,
): Recovery {
  const now = printsOf(heldBy({ state, recovery }));
  const adopted = new Set(recovery.merge?.adopted);
  let base = recovery.base;
  for (const { document, identity, before } of late) {
    const times = { ours: timeOf(state.identity), theirs: timeOf(identity) };
    const merge = mergeLate({
      truth: base,
      theirs: document,
      bases: upTo(printsOf(before), statesBefore(now, recovery.generations, times)),
      printOf: fingerprint,
      isInPlace: true,
      revocable: beliefs.revocable === true,
      isOpaque: beliefs.isOpaque,
    });
    base = merge.document;
    for (const key of merge.adopted) adopted.add(key);
  }
  if (base === recovery.base) return recovery;
  const putBack = recovery.merge?.putBack ?? [];
  // The file lacks what this commit brings, and no file that has a name holds it.
  return { ...recovery, base, isStale: true, merge: { adopted: [...adopted], putBack } };
}

/** That state and those before it. */
function upTo(state: Prints, states: Iterable<Prints>): Prints[] {
  const all = [...states];
  const at = all.findIndex((one) => isEqual(one, state));
  return at < 0 ? [state] : all.slice(at);
}

function isEqual(a: Prints, b: Prints): boolean {
  return a.size === b.size && [...a].every(([key, print]) => b.get(key) === print);
}

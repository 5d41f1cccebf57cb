import type { Document } from '../../document/document.js';
import { type DocumentFormat, jsonFormat } from '../../document/format.js';
import { fingerprint, type Generation, statesBefore, withGeneration } from '../../merge/generations.js';
import { type Merge, mergeForeign, type Prints, printsOf } from '../../merge/merge.js';
import { type FileState, isSameIdentity, isSameInode, timeOf } from '../disk/state.js';
import type { LastCommitted } from './last-committed.js';

/** What the file and its copy say together. Pure, and the same for every process that reads them. */
export interface Recovery {
  /** The document that a change is applied to. */
  base: Document;
  /** What a reader finds now. For a corrupt file: what the copy holds, which a reader is about to find. */
  held: HeldState;
  /** The file is unusable, and the base comes from the copy. */
  restores: boolean;
  /** The file was changed by a program that knows no intents. */
  merge: Pick<Merge, 'adopted' | 'putBack' | 'isDoubtful'> | undefined;
  /** Keys of the copy's own commit, if that did not happen: what the copy says of these was never in the file. */
  excluded: ReadonlySet<string>;
  /** The file lacks entries of the base: a foreign program wrote it from an old state. */
  isStale: boolean;
  /** The copy does not hold what the file holds. */
  copyIsOld: boolean;
  /** Requests that are part of the base. */
  applied: ReadonlySet<string>;
  /** It is unknown whether the copy's own commit happened, and a process that waits to know it must be told so. */
  renewsEpoch: boolean;
  /** The history up to the base. */
  generations: Generation[];
}

interface HeldState {
  document: Document;
  /** The bytes as they are: they hold every value of a doubled key. Undefined where there are none. */
  bytes: Buffer | undefined;
}

const none: ReadonlySet<string> = new Set();
const nothing: Document = new Map();
const empty: HeldState = { document: nothing, bytes: undefined };
/** The defaults: a sound file, which the copy does not hold yet. */
const plain = {
  restores: false,
  merge: undefined,
  excluded: none,
  isStale: false,
  copyIsOld: true,
  renewsEpoch: false,
};

/** What is believed of programs that know no intents: see `StoreOptions`. */
export interface Beliefs {
  /** Nothing comes back that may have been taken away on purpose. */
  revocable?: boolean | undefined;
  isOpaque?: ((raw: string) => boolean) | undefined;
  /** Of the copy. Default: JSON. */
  format?: DocumentFormat | undefined;
}

/**
 * A readable file always wins, and so does a missing one. Only a corrupt file yields to the copy.
 * @param interrupted the id of our own commit, if it was stopped after its copy was in place and before its file was
 * @returns undefined where neither the file nor the copy can be used
 */
export function reconcile(
  state: FileState,
  last: LastCommitted | undefined,
  interrupted: string | undefined,
  { revocable = false, isOpaque, format = jsonFormat }: Beliefs = {},
): Recovery | undefined {
  if (!last) return withoutCopy(state);
  const before = { applied: new Set(last.applied) };
  const both = { applied: new Set([...last.applied, ...last.applying]) };
  const { generations } = last;
  if (state.kind === 'valid' && state.bytes.equals(last.bytes)) {
    return { ...plain, ...both, base: state.document, held: state, copyIsOld: false, generations };
  }

  const ours = format.parse(last.bytes) ?? nothing;
  // A copy that only took over what the file held stands for no commit that could be open.
  const couldBeOpen = last.replaces !== last.identity;
  if (state.kind === 'corrupt') {
    // It is another file than ours. What ours held at its end is unknown, and so is whether it was removed on purpose.
    if (revocable && !isOneOfOurs(state.identity, last)) return undefined;
    // Rolled forward. If the copy's own commit had not happened, from now on it has.
    const held = { document: ours, bytes: last.bytes };
    return { ...plain, ...both, base: ours, held, restores: true, renewsEpoch: true, generations };
  }
  const isReplaced = couldBeOpen && isSameIdentity(state.identity, last.replaces);
  if (state.kind === 'valid' && isReplaced && last.replacesStale) {
    // Stopped before it could put back what is missing here. Rolled forward, too, or that would be lost for good.
    const stale = { base: ours, held: state, isStale: true, renewsEpoch: true };
    return { ...plain, ...both, ...stale, generations: generations.slice(0, -1) };
  }
  const undone = last.id === interrupted || isReplaced;
  if (state.kind === 'missing') {
    // Removed after the commit, or in a way that can't be told from that.
    const requests = undone ? before : both;
    const copyIsOld = ours.size > 0;
    return { ...plain, ...requests, base: nothing, held: empty, copyIsOld, generations: [] };
  }
  if (undone && isSameIdentity(state.identity, last.replaces)) {
    return { ...plain, ...before, base: state.document, held: state, generations: generations.slice(0, -1) };
  }

  // A program that knows no intents was here. If it wrote in place, the inode says which file that was.
  const wasUndone = undone || (couldBeOpen && isSameInode(state.identity, last.replaces));
  const happened = !wasUndone && isSameInode(state.identity, last.identity);
  // Where that is unknown the commit counts as made: what the merge puts back is part of the file from now on.
  const requests = wasUndone ? before : both;
  const undoneKeys = wasUndone ? keysOfLast(generations) : [];
  const truth = printsOf(ours, fingerprint);
  const isPutBack = last.replacesStale ? putBackBy(truth, generations) : () => false;
  const excluded = new Set(undoneKeys.filter((key) => !isPutBack(key)));
  const times = { ours: timeOf(last.identity), theirs: timeOf(state.identity) };
  const merge = mergeForeign({
    truth: ours,
    theirs: state.document,
    bases: statesBefore(truth, generations, times, undoneKeys.length > 0),
    printOf: fingerprint,
    isInPlace: happened || (wasUndone && isSameInode(state.identity, last.replaces)),
    excluded,
    revocable,
    isOpaque,
  });
  return {
    ...plain,
    ...requests,
    base: merge.document,
    held: state,
    merge,
    excluded,
    isStale: merge.putBack.length > 0,
    renewsEpoch: !happened && !wasUndone,
    // What that program wrote is a state that others may have read, and may base their next write on.
    generations: withGeneration(generations, ours, state.document, times.ours),
  };
}

function keysOfLast(generations: readonly Generation[]): string[] {
  return (generations.at(-1)?.before ?? []).map(([key]) => key);
}

/**
 * Of a commit that repaired what a foreign program had erased, and made a change of its own. Where it did not happen, the change
 * did not, but what it was to put back is still what ought to be there: it was in the state before that program wrote.
 *
 *     a=2 | a program writes a=1, b from an old copy | copy: a=2 b c | the same inode is written again: a=1 b d | a is 2, c is none
 */
function putBackBy(ours: Prints, generations: readonly Generation[]): (key: string) => boolean {
  const [foreign, own] = generations.slice(-2).map(({ before }) => new Map(before));
  return function isPutBack(key) {
    const before = foreign?.has(key) ? foreign.get(key) : own?.get(key);
    return (before ?? null) === (ours.get(key) ?? null);
  };
}

/** The file that the last commit put in place or was to replace, damaged in place. */
function isOneOfOurs(identity: string, { identity: placed, replaces }: LastCommitted): boolean {
  return isSameInode(identity, placed) || isSameInode(identity, replaces);
}

/** Neither the file nor the copy can be used, and the process that asks knows by itself what ought to be there. */
export const fromNothing: Recovery = {
  ...plain,
  base: nothing,
  held: empty,
  restores: true,
  applied: none,
  renewsEpoch: true,
  generations: [],
};

/** The file was never written by us, or the copy is lost: there is nothing to compare with. */
function withoutCopy(state: FileState): Recovery | undefined {
  if (state.kind === 'corrupt') return undefined;
  const held = state.kind === 'valid' ? state : empty;
  return {
    ...plain,
    base: held.document,
    held,
    copyIsOld: state.kind === 'valid',
    applied: none,
    renewsEpoch: true,
    generations: [],
  };
}

import type { Document } from '../document/document.js';

/** A state, with a short text for each value. Two values are equal where their texts are. */
export type Prints = ReadonlyMap<string, string>;

/** What a program that knows no intents has written, and what is known of the states that it may have read. */
export interface ForeignWrite {
  /** What ought to be in the file. */
  truth: Document;
  /** What that program wrote. */
  theirs: Document;
  /** The states of the file before its write, the newest first: one of them was its base. */
  bases: Iterable<Prints>;
  printOf: (raw: string) => string;
  /** It wrote into the very file of the newest state. A program that has replaced that, or found none, knows what it does. */
  isInPlace: boolean;
  /** The file is looked at all the time, so two logouts hardly ever look like one write. */
  isWatched?: boolean;
  /** Keys of a commit of ours that did not happen: what the truth says of these must not be put back. */
  excluded?: ReadonlySet<string>;
  /** What is missing stays missing: it may have been taken away on purpose. */
  revocable?: boolean;
  /** See `StoreOptions.isOpaque`. */
  isOpaque?: ((raw: string) => boolean) | undefined;
}

/** The truth with what a foreign program meant to change. */
export interface Merge {
  document: Document;
  /** Keys that the foreign program changed, and that were taken over from it. */
  adopted: string[];
  /** Keys that it had set back or erased without knowing, because its base was older. */
  putBack: string[];
  /** The state that was taken for its base: one of those that were given, or an empty one. */
  base: Prints;
  /** An older state was written again. It was taken for a logout from an old copy, and may have meant nothing. */
  isDoubtful: boolean;
}

/**
 * Merges what a foreign program has written with what it did not know.
 *
 * The program read some state, changed something and wrote the whole file. Which state that was, it does not say. What differs
 * from that base is what the program meant. Everything else stays as it ought to be:
 *
 *     truth: +a +b +c   the program reads after +a, writes a and x   ->   a, x, and b and c again
 *     truth: +a +b +c   the program reads after +c, writes a and b   ->   a and b: c was deleted
 *
 * The base is the state from which the file differs in the fewest entries; of equals the newest, or one from which nothing but a
 * logout leads to the file. But for these:
 *
 * - One entry less than the newest state and nothing else is a logout, even if that makes an older state again. No entry at all
 *   is a logout from everything; but where the file is watched, it is one of a program that took the file for empty.
 * - The same as an older state: a program that changes nothing writes nothing. If it is one entry less than some other state, it
 *   is a logout from an old copy. In doubt an entry is logged out: a login can be repeated. If it is one entry more than the
 *   newest state, it is a login with the key of before.
 * - Nothing left of several entries, and something new in the same file: the program could not read the file, because another
 *   one was writing it, and took it for empty. In another file the same is a new beginning.
 *
 * An entry that such programs can't decode was never logged out. They drop it with any write, and have no command for it.
 */
export function mergeForeign(write: ForeignWrite): Merge {
  const { truth, theirs, excluded, revocable = false } = write;
  const wanted = printsOf(truth, write.printOf);
  const found = printsOf(theirs, write.printOf);
  const dropped = droppedBy(write);
  const { base, isDoubtful } = baseOf(
    found,
    [...write.bases],
    { isInPlace: write.isInPlace, isWatched: write.isWatched === true, isRevocable: revocable },
    dropped,
  );
  const document = new Map(theirs);
  const putBack: string[] = [];
  const adopted: string[] = [];
  for (const key of new Set([...wanted.keys(), ...base.keys(), ...found.keys()])) {
    if (excluded?.has(key)) continue;
    if (found.get(key) !== base.get(key) && !dropped.has(key)) {
      if (found.get(key) !== wanted.get(key)) adopted.push(key);
    } else if (found.get(key) !== wanted.get(key) && (found.has(key) || !revocable)) {
      putBack.push(key);
      const raw = truth.get(key);
      if (raw === undefined) document.delete(key);
      else document.set(key, raw);
    }
  }
  return { document: putBack.length === 0 ? theirs : document, adopted, putBack, base, isDoubtful };
}

/**
 * The same for what was written into a file that had been replaced before: it is in no file any more, so only what the program
 * meant counts.
 */
export function mergeLate(write: ForeignWrite): Merge {
  const { truth, theirs } = write;
  const { adopted, base, isDoubtful } = mergeForeign(write);
  const document = new Map(truth);
  for (const key of adopted) {
    const raw = theirs.get(key);
    if (raw === undefined) document.delete(key);
    else document.set(key, raw);
  }
  return { document: adopted.length === 0 ? truth : document, adopted, putBack: [], base, isDoubtful };
}

/** @param printOf returns the short text of a value */
export function printsOf(document: Document, printOf: ForeignWrite['printOf']): Prints {
  return new Map([...document].map(([key, raw]) => [key, printOf(raw)]));
}

/** The keys of entries that the program dropped because it can't decode them. An editor, which saves another file, may drop any. */
function droppedBy({ truth, theirs, isInPlace, isOpaque, revocable }: ForeignWrite): Set<string> {
  if (!isOpaque || !isInPlace || revocable) return new Set();
  return new Set([...truth].filter(([key, raw]) => !theirs.has(key) && isOpaque(raw)).map(([key]) => key));
}

const nothing: Prints = new Map();

type Guess = Pick<Merge, 'base' | 'isDoubtful'>;
const sure = (base: Prints): Guess => ({ base, isDoubtful: false });

/** @param ignored keys that no base is judged by */
function baseOf(
  found: Prints,
  states: readonly Prints[],
  { isInPlace, isWatched, isRevocable }: { isInPlace: boolean; isWatched: boolean; isRevocable: boolean },
  ignored: ReadonlySet<string>,
): Guess {
  const canBeMisread = isInPlace && !isRevocable;
  const [newest = nothing, ...older] = states;
  const distanceTo = (state: Prints, limit?: number) => distance(state, found, ignored, limit);
  const isRemovalFrom = (state: Prints) => isRemoval(state, found, ignored);
  if (isRemovalFrom(newest)) return sure(newest);
  if (found.size === 0) return sure(canBeMisread && isWatched && newest.size > 1 ? nothing : newest);
  let best = { base: newest, distance: distanceTo(newest) };
  for (const base of older) {
    const distance = distanceTo(base, best.distance + 1);
    const isLogout = distance === 1 && best.distance === 1 && isRemovalFrom(base);
    if (distance < best.distance || (isLogout && !isRemovalFrom(best.base))) best = { base, distance };
  }
  if (best.distance === 0 && best.base !== newest) {
    const from = older.find(isRemovalFrom);
    if (from) return { base: from, isDoubtful: true };
    // The other way round: one entry more than the newest state.
    return sure(!isRevocable && isRemoval(found, newest, ignored) ? newest : best.base);
  }
  if (found.size >= best.distance || !isNothingLeft(newest, found, ignored)) return sure(best.base);
  return sure(canBeMisread ? nothing : newest);
}

/** Several entries are gone or replaced, and there is at least one that is new. */
function isNothingLeft(newest: Prints, found: Prints, ignored: ReadonlySet<string>): boolean {
  const before = [...newest].filter(([key]) => !ignored.has(key));
  return found.size > 0 && before.length > 1 && before.every(([key, print]) => found.get(key) !== print);
}

/** One entry less, and no other difference. */
function isRemoval(from: Prints, to: Prints, ignored: ReadonlySet<string>): boolean {
  if (from.size <= to.size) return false;
  const gone = [...from.keys()].filter((key) => !to.has(key) && !ignored.has(key));
  return gone.length === 1 && distance(from, to, ignored) === 1;
}

/** In how many keys two states differ. @param limit where counting may end */
function distance(
  a: Prints,
  b: Prints,
  ignored: ReadonlySet<string>,
  limit = Number.POSITIVE_INFINITY,
): number {
  let count = 0;
  for (const [key, print] of a) {
    if (b.get(key) !== print && !ignored.has(key) && ++count >= limit) return count;
  }
  for (const key of b.keys()) if (!a.has(key) && ++count >= limit) return count;
  return count;
}

import { createHash } from 'node:crypto';
import { type Document, decodeValue } from '../../document.js';

/** One commit, recorded backwards: what was there before it. */
export interface Generation {
  /** When the state before it was written, in milliseconds of the file system's clock. */
  since: number;
  /**
   * For each changed key the fingerprint of the value before, or null where there was none. Fingerprints are enough to
   * recognise an old state in a foreign file, and keep no secret that was replaced.
   */
  before: [key: string, fingerprint: string | null][];
}

/** As many as are committed while a program reads, thinks and writes, at a hundred a second and more. */
const kept = 32;
/**
 * A program that reads, thinks and writes does so within this time. One that writes an older state without the later changes
 * has removed them, in an editor perhaps.
 */
const recentMs = 60_000;

/** A fingerprint of the value, not of the text: a foreign program writes the same value with other spaces. */
export function fingerprint(raw: string): string {
  return createHash('sha256')
    .update(JSON.stringify(decodeValue(raw)))
    .digest('base64url')
    .slice(0, 8);
}

/** The history with one more commit. A commit that changes nothing adds none. */
export function withGeneration(
  generations: readonly Generation[],
  from: Document,
  to: Document,
  since: number,
): Generation[] {
  const before: Generation['before'] = [];
  for (const [key, raw] of from) if (to.get(key) !== raw) before.push([key, fingerprint(raw)]);
  for (const key of to.keys()) if (!from.has(key)) before.push([key, null]);
  return before.length === 0
    ? [...generations]
    : [...generations, { since: Math.round(since), before }].slice(-kept);
}

/** Both in milliseconds of the file system's clock. */
export interface Times {
  /** When our newest state was written. */
  ours: number;
  /** When the foreign program wrote. */
  theirs: number;
}

export interface Merge {
  document: Document;
  /** Keys that the foreign program changed, and that were taken over from it. */
  adopted: string[];
  /** Keys that it had erased without knowing, because its base was older. */
  putBack: string[];
}

/**
 * Merges what a foreign program, which knows no intents, has written over our state with our own later changes.
 *
 * The program read some state, changed something and wrote the whole file. Which state that was is unknown. The recent one
 * from which its file differs in the fewest keys is taken for its base, and the newest of them if there are several. What we
 * changed since that base, and the program did not, is put back. But if the file differs from now in one missing entry and in
 * nothing else, that entry was removed on purpose, even if the result equals an older state.
 *
 *     ours: +a +b +c   foreign: reads after +a, writes a and x   ->   a, x, and b and c again
 *     ours: +a +b +c   foreign: reads after +c, writes a and b   ->   a and b: c was deleted
 *
 * @param excluded keys of a commit of ours that did not happen: the copy's values for these must not be put back
 * @param revocable what is missing in the file stays missing: it may have been taken away on purpose
 */
export function mergeForeign(
  ours: Document,
  theirs: Document,
  generations: readonly Generation[],
  times: Times,
  excluded: ReadonlySet<string>,
  revocable: boolean,
): Merge {
  const now = fingerprintsOf(ours);
  const found = fingerprintsOf(theirs);
  const base = nearestBase(now, found, generations, times, excluded.size > 0);
  const document = new Map(theirs);
  const putBack: string[] = [];
  const adopted: string[] = [];
  for (const key of new Set([...now.keys(), ...base.keys(), ...found.keys()])) {
    if (excluded.has(key)) continue;
    if (found.get(key) !== base.get(key)) {
      if (found.get(key) !== now.get(key)) adopted.push(key);
    } else if (base.get(key) !== now.get(key) && (found.has(key) || !revocable)) {
      putBack.push(key);
      const raw = ours.get(key);
      if (raw === undefined) document.delete(key);
      else document.set(key, raw);
    }
  }
  return { document: putBack.length === 0 ? theirs : document, adopted, putBack };
}

type Fingerprints = Map<string, string>;

function fingerprintsOf(document: Document): Fingerprints {
  return new Map([...document].map(([key, raw]) => [key, fingerprint(raw)]));
}

function nearestBase(
  now: Fingerprints,
  found: Fingerprints,
  generations: readonly Generation[],
  { ours, theirs }: Times,
  skipNewest: boolean,
): Fingerprints {
  const state = new Map(now);
  let best = skipNewest ? undefined : { base: new Map(now), distance: distanceOf(now, found) };
  let replacedAt = ours;
  for (const { since, before } of generations.toReversed()) {
    // The file equals the newest state: it was written again as it is.
    if (best?.distance === 0 || (best && theirs - replacedAt > recentMs)) break;
    replacedAt = since;
    for (const [key, print] of before) {
      if (print === null) state.delete(key);
      else state.set(key, print);
    }
    const distance = distanceOf(state, found);
    if (best === undefined || (distance < best.distance && !(distance === 0 && isRemoval(now, found))))
      best = { base: new Map(state), distance };
  }
  return best?.base ?? now;
}

/** One entry less than now, and no other difference. */
function isRemoval(now: Fingerprints, found: Fingerprints): boolean {
  return found.size === now.size - 1 && distanceOf(now, found) === 1;
}

function distanceOf(a: Fingerprints, b: Fingerprints): number {
  let distance = 0;
  for (const [key, value] of a) if (b.get(key) !== value) distance++;
  for (const key of b.keys()) if (!a.has(key)) distance++;
  return distance;
}

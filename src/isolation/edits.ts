import { isDeepStrictEqual } from 'node:util';
import type { Edit } from '../store/document/change.js';
import { type Document, decodeValue } from '../store/document/document.js';

type IsSame = (before: string, after: string) => boolean;

/**
 * What a program has changed: from what it had read, to what it wrote. Applied to what is in the file now, this is a three-way
 * merge by key: whatever the program has left as it was stays as another program made it.
 * @param isOpaque returns true for a value that programs can't decode. They drop such an entry with any write, and mean nothing.
 * Where that is so of all that they have read, it is a file of another kind
 */
export function editsBetween(
  base: Document,
  written: Document,
  isOpaque: (raw: string) => boolean = () => false,
  isSame: IsSame = isSameRaw,
): Edit[] {
  const edits: Edit[] = [];
  const gone = [...base].filter(([key]) => !written.has(key));
  const isOther = gone.some(([, raw]) => isOpaque(raw)) && [...base.values()].every(isOpaque);
  for (const [key, raw] of gone) if (isOther || !isOpaque(raw)) edits.push({ key, raw: undefined });
  for (const [key, raw] of written) if (!isUnchanged(base.get(key), raw, isSame)) edits.push({ key, raw });
  return edits;
}

/** In how many keys two states differ. @param limit where counting may end */
export function distance(
  base: Document,
  written: Document,
  limit = Number.POSITIVE_INFINITY,
  isSame: IsSame = isSameRaw,
): number {
  let count = 0;
  for (const key of base.keys()) if (!written.has(key) && ++count >= limit) return count;
  for (const [key, raw] of written)
    if (!isUnchanged(base.get(key), raw, isSame) && ++count >= limit) return count;
  return count;
}

function isUnchanged(before: string | undefined, after: string, isSame: IsSame): boolean {
  return before === after || (before !== undefined && isSame(before, after));
}

/**
 * The same value, however it is laid out. A program that rewrites the file sorts its keys anew, perhaps, and rounds numbers that
 * it can't hold: it has changed neither.
 */
function isSameRaw(before: string, after: string): boolean {
  const value = decodeValue(before);
  if (!isDeepStrictEqual(value, decodeValue(after))) return false;
  const numbers = longNumbers(after);
  return numbers === longNumbers(before) || numbers === longNumbers(JSON.stringify(value));
}

/** Those that rounding makes equal. */
function longNumbers(raw: string): string {
  return (raw.match(/\d{16,}/g) ?? []).toSorted().join();
}

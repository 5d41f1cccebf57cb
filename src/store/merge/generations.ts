import { createHash } from 'node:crypto';
import { type Document, decodeValue } from '../document/document.js';
import type { Prints } from './merge.js';

/** One commit, recorded backwards: what was there before it. Never changed: its text is kept with it. */
export interface Generation {
  /** When the state before it was written, in milliseconds of the file system's clock. */
  readonly since: number;
  /**
   * For each changed key the fingerprint of the value before, or null where there was none. Fingerprints are enough to
   * recognise an old state in a foreign file, and keep no secret that was replaced.
   */
  readonly before: readonly (readonly [key: string, fingerprint: string | null])[];
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
  const before: [string, string | null][] = [];
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

/**
 * The states that a foreign program may have read, as far as the generations tell, the newest first. A program that wrote long
 * after a state was replaced has not read that one.
 * @param skipNewest our newest state never was in the file: its commit did not happen
 */
export function* statesBefore(
  ours: Prints,
  generations: readonly Generation[],
  times: Times,
  skipNewest = false,
): Generator<Prints> {
  if (!skipNewest) yield ours;
  const state = new Map(ours);
  let replacedAt = times.ours;
  for (const [age, { since, before }] of generations.toReversed().entries()) {
    const isFirst = skipNewest && age === 0;
    if (!isFirst && times.theirs - replacedAt > recentMs) return;
    replacedAt = since;
    for (const [key, print] of before) {
      if (print === null) state.delete(key);
      else state.set(key, print);
    }
    yield new Map(state);
  }
}

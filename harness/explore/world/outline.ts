import { printOfWord } from './fingerprint.js';
import { conflicts, type SharedAccess } from './footprint.js';

/** Of what a call touches, one bit for each thing: several things may have the same. */
export interface Outline {
  /** All of it. */
  touches: number;
  /** What it changes. */
  changes: number;
}

const known = new WeakMap<readonly SharedAccess[], Outline>();

/** @param accesses the same object for the same call, as long as nothing changes that decides what it touches */
export function outlineOf(accesses: readonly SharedAccess[]): Outline {
  let outline = known.get(accesses);
  if (!outline) {
    let [touches, changes] = [0, 0];
    for (const { on, how } of accesses) {
      const bit = 1 << (printOfWord(on) & 31);
      touches |= bit;
      if (how !== 'read') changes |= bit;
    }
    outline = { touches, changes };
    known.set(accesses, outline);
  }
  return outline;
}

/** What is done, with its outline. */
export interface Outlined {
  accesses: readonly SharedAccess[];
  outline: Outline;
}

/** The same as `conflicts`, and quicker: most are apart, as two that only look are, and no name of theirs need be compared. */
export function inConflict(a: Outlined, b: Outlined): boolean {
  const [one, other] = [a.outline, b.outline];
  const isApart = (one.changes & other.touches) === 0 && (one.touches & other.changes) === 0;
  return !isApart && conflicts(a.accesses, b.accesses);
}

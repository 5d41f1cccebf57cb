import type { Run } from '../../history/run.js';
import { findConflicts } from './conflicts.js';
import { classify } from './linearizability.js';
import { keysWithoutPromise, registersOf } from './registers.js';
import { readsWithoutSeeds } from './seed-sightings.js';

/** What programs that know no store have lost of each other's changes, or of their own. */
export interface ForeignLosses {
  /** Entries that such a program had set, and that were gone. */
  foreignLost: number;
  /** Entries that it had removed, and that were back. */
  foreignUndone: number;
}

/**
 * Judges them as if each had been given a promise for what it wrote. No store can give one: several of their writes between two of
 * its looks are one to it, so a program that read the state between them has a base that no observer knows.
 */
export function foreignLosses(run: Run): ForeignLosses {
  const keys = keysWithoutPromise(run);
  const losses = { foreignLost: 0, foreignUndone: 0 };
  if (keys.size === 0) return losses;
  for (const register of registersOf(run, readsWithoutSeeds(run))) {
    if (!keys.has(register.key)) continue;
    for (const conflict of findConflicts(register).conflicts) {
      const kind = classify(register, conflict);
      if (kind === 'lost-update') losses.foreignLost++;
      if (kind === 'resurrection') losses.foreignUndone++;
    }
  }
  return losses;
}

import type { Finding } from '../../core/verdict.js';
import type { Run } from '../../history/run.js';
import { findConflicts } from './conflicts.js';
import { classify } from './linearizability.js';
import { foreignKeys, splitIntoRegisters } from './registers.js';
import { readsWithoutSeeds } from './seed-sightings.js';

/** What programs that know no store have lost of each other's changes, or of their own: no store has promised any of it. */
export interface ForeignLosses {
  /** Entries that a foreign program had set, and that were gone before a client of the store had read them. */
  foreignLost: number;
  /** Entries that a foreign program had removed, and that were back. */
  foreignUndone: number;
}

/**
 * Judges them as if each had been given a promise for what it wrote.
 * @param findings what the store has lost, of them as well, and is not counted here
 */
export function foreignLosses(run: Run, findings: readonly Finding[]): ForeignLosses {
  const keys = foreignKeys(run);
  const losses = { foreignLost: 0, foreignUndone: 0 };
  if (keys.size === 0) return losses;
  const ofStore = new Set(findings.map(({ operations: [victim] }) => victim));
  const registers = splitIntoRegisters(run, readsWithoutSeeds(run), true);
  for (const register of registers.values()) {
    if (!keys.has(register.key)) continue;
    for (const conflict of findConflicts(register).conflicts) {
      if (ofStore.has(conflict.victim.mutation.id)) continue;
      const kind = classify(register, conflict);
      if (kind === 'lost-update') losses.foreignLost++;
      if (kind === 'resurrection') losses.foreignUndone++;
    }
  }
  return losses;
}

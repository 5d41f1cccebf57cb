import type { Counts } from './report.js';

/**
 * What every output calls lost: changes that were acknowledged and are gone. Sets that were erased, removals that were undone, and
 * entries of before the run that are missing.
 */
export function lostOf({
  lost,
  resurrected,
  seedsLost,
}: Pick<Counts, 'lost' | 'resurrected' | 'seedsLost'>): number {
  return lost + resurrected + seedsLost;
}

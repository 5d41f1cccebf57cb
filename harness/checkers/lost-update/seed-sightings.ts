import type { SeedEvent } from '../../history/events.js';
import type { Operation, Run } from '../../history/run.js';
import { entryOf, untouchedSeeds } from './registers.js';

/** How one read, or the look at the end, found one seed. */
export interface Sighting {
  seed: SeedEvent;
  /** Undefined for the look at the end. */
  operation: Operation | undefined;
  begin: number;
  end: number;
  found: 'whole' | 'missing' | 'different';
}

/** Every read of a seed that no client touches. Nothing explains one that does not find it. */
export function* seedSightings(run: Run): Generator<Sighting> {
  const seeds = untouchedSeeds(run);
  const byKey = new Map(seeds.map((seed) => [seed.key, seed]));
  const compare = (seed: SeedEvent, value: string | null): Sighting['found'] =>
    value === null ? 'missing' : value === seed.value ? 'whole' : 'different';

  for (const operation of run.operations) {
    const { action, key, result, begin, end } = operation;
    if (action === 'all' && typeof result === 'object' && result !== null) {
      for (const seed of seeds) {
        yield { seed, operation, begin, end, found: compare(seed, entryOf(result, seed.key)) };
      }
    } else if (action === 'get' && (result === null || typeof result === 'string')) {
      const seed = byKey.get(key ?? '');
      if (seed) yield { seed, operation, begin, end, found: compare(seed, result) };
    }
  }
  if (run.final && run.final.broken === null) {
    const { time, entries } = run.final;
    for (const seed of seeds) {
      const found = compare(seed, entryOf(entries, seed.key));
      yield { seed, operation: undefined, begin: time, end: time, found };
    }
  }
}

/** By key: the begin of the latest read that found the seed whole. Sightings are in order of their begins. */
export function lastSightings(run: Run): Map<string, number> {
  const last = new Map<string, number>();
  for (const { seed, begin, found } of seedSightings(run)) {
    if (found === 'whole') last.set(seed.key, begin);
  }
  return last;
}

/**
 * The reads that missed a seed which a later read found, by id, with its key: the store answered with less than
 * was there. A seed that is never found again is lost, which is another matter: then the reads that miss it are right.
 */
export function readsWithoutSeeds(run: Run): Map<string, string> {
  const last = lastSightings(run);
  const missed = new Map<string, string>();
  for (const { seed, operation, begin, found } of seedSightings(run)) {
    if (operation && found === 'missing' && begin < (last.get(seed.key) ?? -1)) {
      missed.set(operation.id, seed.key);
    }
  }
  return missed;
}

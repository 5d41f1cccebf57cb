import { addonWords } from '../gate/unsteered-calls.js';
import type { Exploration } from './exploration.js';

const shownMax = 5;

/**
 * What clients did outside the gate happened at one moment only, and not at each: a search that found nothing has shown nothing. A
 * failure is one all the same, for its schedule was run again as it is.
 * @param unsteered in words: `listen on 4096`
 */
export function withUnsteered(found: Exploration, unsteered: readonly string[]): Exploration {
  if (unsteered.length === 0) return found;
  const words = unsteered.slice(0, shownMax).join(', ');
  const more = unsteered.length > shownMax ? `, and ${unsteered.length - shownMax} more` : '';
  return {
    ...found,
    exhausted: false,
    bound: `${found.bound}, of the calls that were stopped`,
    ...(found.cause === undefined
      ? {
          result: found.result === 'valid' ? 'unknown' : found.result,
          cause: 'blind',
          reason: `it makes calls that can't be stopped: ${words}${more}`,
        }
      : {}),
  };
}

/** @param blindSpots what `strace` saw of one execution besides; undefined where it could not look */
export function withBlindSpots(
  found: Exploration,
  unsteered: readonly string[],
  blindSpots: readonly string[] | undefined,
): Exploration {
  // An add-on of which no call was seen is no lock.
  const known = blindSpots ? unsteered.filter((words) => !words.startsWith(addonWords)) : unsteered;
  const all = [...new Set([...known, ...(blindSpots ?? [])])];
  return { ...withUnsteered(found, all), audited: blindSpots !== undefined };
}

import { distance, closest as nearest } from 'fastest-levenshtein';

/** A suggestion to append to an error message, ` (did you mean "naive"?)`, or nothing if no name is near. */
export function closest(given: string, names: readonly string[]): string {
  if (names.length === 0) return '';
  const name = nearest(given, names);
  return distance(given, name) <= Math.max(2, given.length / 3) ? ` (did you mean "${name}"?)` : '';
}

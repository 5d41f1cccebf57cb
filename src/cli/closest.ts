import { distance, closest as nearest } from 'fastest-levenshtein';

/** Returns a suggestion for the end of an error message, ` (did you mean "naive"?)`, or an empty text if no name is near. */
export function closest(given: string, names: readonly string[]): string {
  if (names.length === 0) return '';
  const name = nearest(given, names);
  return distance(given, name) <= Math.max(2, given.length / 3) ? ` (did you mean "${name}"?)` : '';
}

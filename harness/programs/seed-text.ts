import { fill, type Words } from './template.js';

/**
 * Returns what a program's file begins with: the user's text with its words filled in, and the line of an entry once for each.
 * @param words without key and value
 * @param entries key and text of a value
 */
export function seedText(seed: string, words: Words, entries: Iterable<readonly [string, string]>): string {
  const all = [...entries];
  return seed
    .split('\n')
    .flatMap((line) =>
      isOfEntry(line) ? all.map(([key, value]) => fill(line, { ...words, key, value })) : fill(line, words),
    )
    .join('\n');
}

/** Has it a line that is repeated for each entry? */
export function hasLineOfEntry(seed = ''): boolean {
  return seed.split('\n').some(isOfEntry);
}

function isOfEntry(line: string): boolean {
  return line.includes('{key}') && line.includes('{value}');
}

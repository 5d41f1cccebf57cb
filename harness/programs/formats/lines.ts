import type { Leaf } from '../leaves.js';

/** The pattern of `lines:REGEX`, or what is wrong with it. */
export function linesPattern(source: string): { pattern?: RegExp; why?: string } {
  for (const group of ['key', 'value'])
    if (!source.includes(`(?<${group}>`))
      return {
        why: `lines:REGEX has no group "${group}": expected, for instance, lines:^(?<key>\\S+) (?<value>.*)$`,
      };
  try {
    return { pattern: new RegExp(source, 'gm') };
  } catch (error) {
    return { why: `lines:REGEX is no pattern: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Every match of the pattern; `^` and `$` are those of a line. */
export function parseLines(text: string, source: string): Leaf[] {
  const { pattern } = linesPattern(source);
  if (!pattern) throw new TypeError('the pattern was to be checked before');
  return [...text.matchAll(pattern)].map(({ groups = {} }) => ({
    path: [groups.key ?? ''],
    text: groups.value ?? '',
  }));
}

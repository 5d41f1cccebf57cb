import type { Operation } from './run.js';

/** Nanoseconds as people read them: `12.345 ms`. */
export function inMs(time: number): string {
  return `${(time / 1e6).toFixed(3)} ms`;
}

/** `1 lost update`, `3 lost updates`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

const itemsMax = 8;

/** The first of many and the last of them, with how many there are between and where: `a, b, and 97 more in FILE, z`. */
export function fewOf(items: readonly string[], place: string, separator = ', '): string {
  if (items.length <= itemsMax) return items.join(separator);
  const more = `and ${items.length - itemsMax} more in ${place}`;
  return [...items.slice(0, itemsMax - 1), more, ...items.slice(-1)].join(separator);
}

/**
 * An error in words, without what a parser quotes of the text that it could not read: of a SyntaxError only the place remains,
 * as `SyntaxError at position 15`.
 */
export function withoutQuote(error: string): string {
  if (!error.startsWith('SyntaxError')) return error;
  const [, place] = / (at position \d+)(?: \(line \d+ column \d+\))?$/.exec(error) ?? [];
  if (place !== undefined) return `SyntaxError ${place}`;
  return /: (?:Unexpected end of JSON input|JSON Parse error: Unexpected EOF)$/.test(error)
    ? 'SyntaxError at the end of what was read'
    : 'SyntaxError';
}

const changed: Partial<Record<Operation['action'], string>> = { remove: 'removed', refresh: 'refreshed' };

/** `set "provider-3"`. */
export function describeChange({ action, key }: Operation): string {
  return `${changed[action] ?? 'set'} "${key}"`;
}

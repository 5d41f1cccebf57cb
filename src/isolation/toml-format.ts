import { isDeepStrictEqual } from 'node:util';
import { parse } from 'smol-toml';
import type { DocumentFormat } from '../store/document/format.js';
import { type Dialect, formatOf, type OpenValue } from './line-format.js';

/** `[table]` and `[[array.of.tables]]`, and a comment behind it. */
const headerLine = /^\s*(\[\[?(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\]"'])*\]\]?)\s*(?:#.*)?$/;
/** A key of one or more parts, up to its equals sign. */
const keyOfLine = /^\s*((?:"(?:[^"\\]|\\.)*"|'[^']*'|[\w.\s-])+?)\s*=/;
/** What may hide a bracket, a bracket, or the rest of a line. */
const token = /"""[\s\S]*?(?:"{3,5}|$)|'''[\s\S]*?(?:'{3,5}|$)|"(?:[^"\\\n]|\\.)*"?|'[^'\n]*'?|#.*|[[\]{}]/g;

/** TOML, of which each key is an entry with all its lines. A parser says what is whole, and what means the same. */
const toml: Dialect = {
  name: 'toml',
  headerOf: (line) => headerLine.exec(line)?.[1],
  keyOf: (line) => {
    const key = keyOfLine.exec(line)?.[1];
    return key === undefined ? undefined : pathOf(key);
  },
  goesOn: (_, value) => isOpen(value),
  isOneEntry: (header, next) =>
    header.startsWith('[[') && (next === undefined || next === header || isBelow(next, header)),
  isWhole: (text) => parsedOf(text) !== undefined,
  isSame: (a, b) => {
    // A comment has no value, and a header that of an empty table.
    const values = [parsedOf(a), parsedOf(b)];
    return values.every((value) => value !== undefined && Object.keys(value).length > 0)
      ? isDeepStrictEqual(values[0], values[1])
      : a.trim() === b.trim();
  },
};

export const tomlFormat: DocumentFormat = formatOf(toml);

function parsedOf(text: string): object | undefined {
  try {
    // It refuses a number that JavaScript rounds, which others can hold.
    return parse(text, { integersAsBigInt: 'asNeeded' });
  } catch {
    // Its message quotes the text.
    return undefined;
  }
}

/** The same for each way to write it: `a."b"` is `a.b`. */
function pathOf(key: string): string | undefined {
  const path: string[] = [];
  let value: unknown = parsedOf(`${key} = 0`);
  while (typeof value === 'object' && value !== null) {
    const [entry] = Object.entries(value);
    if (!entry) return undefined;
    path.push(entry[0]);
    value = entry[1];
  }
  return path.length === 0 ? undefined : JSON.stringify(path);
}

/** The tables of an element of an array belong to it, and nothing but their place says to which. */
function isBelow(table: string, array: string): boolean {
  return table.replace(/^\[+/, '').startsWith(`${array.slice(2, -2)}.`);
}

/** Is a string of several lines, an array or a table not at its end? */
function isOpen({ lines }: OpenValue): boolean {
  const text = lines.join('\n');
  let depth = 0;
  for (const [found] of text.slice(text.indexOf('=') + 1).matchAll(token)) {
    if (found === '[' || found === '{') depth++;
    if (found === ']' || found === '}') depth--;
    const quotes = found.slice(0, 3);
    if ((quotes === '"""' || quotes === "'''") && (found.length < 6 || !found.endsWith(quotes))) return true;
  }
  return depth > 0;
}

import { isDeepStrictEqual } from 'node:util';
import type { Document } from '../store/document/document.js';
import type { DocumentFormat } from '../store/document/format.js';
import { unmergeable } from './unmergeable.js';

/** How a line says which entry it belongs to. */
export interface Dialect {
  name: string;
  /** The name of the section that a line begins. Undefined for any other line. */
  headerOf?: (line: string) => string | undefined;
  /** Undefined for a line without a key: it is an entry of its own. */
  keyOf: (line: string) => string | undefined;
  /** Is a line the next one of a value of several? */
  goesOn?: (line: string, value: OpenValue) => boolean;
  /** What is two lines to a reader, in one. */
  partsOf?: (line: string) => readonly string[];
  /** Does all that follows a header, up to that one, belong to one entry with it? Default: each key is one. */
  isOneEntry?: (header: string, next: string | undefined) => boolean;
  /** False for a text that a reader would refuse: it is neither taken nor written. */
  isWhole?: (text: string) => boolean;
  /** Do two texts mean the same? */
  isSame?: (a: string, b: string) => boolean;
}

/** A value so far, from the line of its key on. */
export interface OpenValue {
  lines: readonly string[];
  /** Of its first line. */
  indent: number;
}

interface Line {
  id: string;
  text: string;
}

/** `[section]`, `[section "part"]`, and a comment behind it. */
const headerLine = /^\s*(\[(?:"(?:[^"\\]|\\.)*"|[^\]"])*\])\s*(?:[#;].*)?$/;

/** `[section] key = value`, as git allows. */
const headerAndKey = /^(\s*\[(?:"(?:[^"\\]|\\.)*"|[^\]"])*\])(\s*[A-Za-z][-A-Za-z0-9]*\s*(?:=[\s\S]*)?)$/;

/** A text whose entries are lines: `ini`, `lines`, or `lines:` and what ends the key of a line. Undefined for another name. */
export function lineFormat(name: string): DocumentFormat | undefined {
  const dialect = dialectOf(name);
  return dialect && formatOf(dialect);
}

export function formatOf(dialect: Dialect): DocumentFormat {
  const { isSame = isSameButSpaces } = dialect;
  return {
    name: dialect.name,
    parse: (bytes) => parse(bytes, dialect),
    serialize: (document) => {
      const text = textOf(document);
      if (dialect.isWhole?.(text) === false) throw unmergeable(dialect.name.toUpperCase());
      return Buffer.from(text);
    },
    isSame: (a, b) => a === b || isSame(JSON.parse(a) as string, JSON.parse(b) as string, dialect),
  };
}

function dialectOf(name: string): Dialect | undefined {
  if (name === 'ini')
    return {
      name,
      headerOf: (line) => headerLine.exec(line)?.[1],
      keyOf: keyInIni,
      goesOn: goesOnInIni,
      // What git reads as a header and a key in one line are two: the keys below it are of that section.
      partsOf: (line) => headerAndKey.exec(line)?.slice(1) ?? [line],
    };
  if (name === 'lines') return { name, keyOf: () => undefined };
  const end = /^lines:(.+)$/.exec(name)?.[1];
  return end === undefined ? undefined : { name, keyOf: (line) => before(line, end) };
}

/** `//host/:_authToken=x` has a colon in its key. */
function keyInIni(line: string): string | undefined {
  return /^\s*[#;]/.test(line) ? undefined : (before(line, '=') ?? before(line, ':'));
}

function before(line: string, end: string): string | undefined {
  const at = line.indexOf(end);
  return at < 0 ? undefined : line.slice(0, at).trim();
}

/**
 * Each line is part of one entry, so that nothing is lost: comments, too. The name of an entry is its section, a line feed, and
 * its key. A key that is there several times is one entry of several lines. Other lines are told apart by a number if they are
 * the same.
 */
function parse(bytes: Uint8Array, dialect: Dialect): Document | undefined {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
  // A hole, as a crash leaves one.
  if (text.includes('\0') || dialect.isWhole?.(text) === false) return undefined;
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const entries = new Map<string, string[]>();
  const times = new Map<string, number>();
  const named = (line: string) => numbered(times, `${section}\n ${line.trim()}`);
  let section = '';
  let value: { lines: string[]; indent: number } | undefined;
  const take = (line: string) => {
    const header = dialect.headerOf?.(line);
    const key = header === undefined ? dialect.keyOf(line) : undefined;
    if (header !== undefined) section = header;
    const isAgain = header !== undefined && entries.has(header);
    if (isAgain && dialect.isOneEntry?.(header, header)) {
      entries.get(header)?.push(line);
      return undefined;
    }
    const comment = isAgain ? line.slice(line.indexOf(header) + header.length).trim() : '';
    // A section that begins again goes on, and the comment behind its name is a line of it.
    if (isAgain && comment === '') return undefined;
    const id = isAgain
      ? named(comment)
      : (header ?? (key === undefined ? named(line) : `${section}\n=${key}`));
    const own = entries.get(id) ?? [];
    own.push(isAgain ? comment : line);
    entries.set(id, own);
    return key === undefined ? undefined : { lines: own, indent: indentOf(line) };
  };
  for (const line of lines) {
    const isOfValue = value && dialect.goesOn?.(line, value);
    if (isOfValue || (section !== '' && dialect.isOneEntry?.(section, dialect.headerOf?.(line)))) {
      const own = (isOfValue ? value?.lines : entries.get(section)) ?? [];
      own.push(line);
      if (!isOfValue)
        value = dialect.keyOf(line) === undefined ? undefined : { lines: own, indent: indentOf(line) };
      continue;
    }
    for (const part of dialect.partsOf?.(line) ?? [line]) value = take(part);
  }
  return new Map([...entries].map(([id, own]) => [id, JSON.stringify(own.join('\n'))]));
}

/** As Python's configparser and git have it. */
function goesOnInIni(line: string, value: OpenValue): boolean {
  if (isEscaped(value.lines.at(-1) ?? '')) return true;
  return line.trim() !== '' && !/^\s*[#;[]/.test(line) && indentOf(line) > value.indent;
}

/** Does it end with an odd number of backslashes, before the carriage return of a line of Windows? */
function isEscaped(line: string): boolean {
  const end = line.endsWith('\r') ? line.length - 1 : line.length;
  let at = end;
  while (at > 0 && line[at - 1] === '\\') at--;
  return (end - at) % 2 === 1;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** A file may hold the same line a million times: none is looked for. */
function numbered(times: Map<string, number>, name: string): string {
  const n = (times.get(name) ?? 0) + 1;
  times.set(name, n);
  return n === 1 ? name : `${name}\n${n}`;
}

/** In the order of the document, and what another program has added at the end of its section. */
function textOf(document: Document): string {
  const sections = new Map<string, Line[]>([['', []]]);
  let current = '';
  for (const [id, raw] of document) {
    const at = id.indexOf('\n');
    const section = at < 0 ? id : id.slice(0, at);
    const line = { id, text: JSON.parse(raw) as string };
    const own = sections.get(section);
    if (!own) {
      sections.set(section, [line]);
      current = section;
    } else if (at < 0) own.unshift(line);
    else if (section === current) own.push(line);
    else own.splice(endOfEntries(own), 0, line);
  }
  let text = '';
  for (const [section, lines] of sections) {
    // Another program has removed the section meanwhile.
    if (section !== '' && !document.has(section)) text += `${section}\n`;
    for (const line of lines) text += `${line.text}\n`;
  }
  return text;
}

/** Before the empty lines that part it from the next section. */
function endOfEntries(lines: readonly Line[]): number {
  return lines.findLastIndex(({ text }) => text.trim() !== '') + 1;
}

/** Is it the same but for spaces, at its ends and round the end of its key? A program that writes the file anew changes those. */
function isSameButSpaces(a: string, b: string, { keyOf }: Dialect): boolean {
  const bare = (text: string) =>
    text.split('\n').map((line) => {
      const key = keyOf(line);
      if (key === undefined) return line.trim();
      const rest = line.slice(line.indexOf(key) + key.length).trim();
      return `${key}${rest.charAt(0)}${rest.slice(1).trim()}`;
    });
  return isDeepStrictEqual(bare(a), bare(b));
}

/**
 * A JSON object as its top-level entries in file order: key to the *raw text* of its value.
 *
 * Raw text, because fields that this version does not know must survive a rewrite byte for byte (G5). A plain
 * object would move integer-like keys to the front, round large numbers and treat `__proto__` specially.
 */
export type Document = ReadonlyMap<string, string>;

/** A copy to be changed. A document that notes what is read of it makes its own: it notes what is read of that, too. */
export function copyOf(document: Document & { copy?(): Map<string, string> }): Map<string, string> {
  return document.copy?.() ?? new Map(document);
}

/** Reads a document. Undefined if the bytes are not one complete JSON object in valid UTF-8. */
export function parseDocument(bytes: Uint8Array): Document | undefined {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  } catch {
    // Not UTF-8 or not JSON. The error's text quotes the document, so it is dropped on purpose.
    return undefined;
  }
  let count = 0;
  const document = new Map<string, string>();
  for (const [key, raw] of topLevelEntries(text)) {
    document.set(key, raw);
    count++;
  }
  if (count > document.size) doubled.set(document, doubledIn(text));
  return document;
}

/**
 * The doubled keys of a document, kept beside it because they are rare. The last entry of a key counts, as in `JSON.parse`, and
 * a program that only reads never asks.
 */
const doubled = new WeakMap<Document, readonly string[]>();

/** The keys that the bytes of a parsed document hold more than once with different values, however they are escaped. */
export function doubledKeys(document: Document): readonly string[] {
  return doubled.get(document) ?? [];
}

function doubledIn(text: string): string[] {
  const first = new Map<string, string>();
  const found = new Set<string>();
  for (const [key, raw] of topLevelEntries(text)) {
    const before = first.get(key);
    if (before === undefined) first.set(key, raw);
    else if (before !== raw) found.add(key);
  }
  return [...found];
}

/** Writes a document as `JSON.stringify(value, null, 2)` would. It writes all entries, also those with the same key. */
export function serializeDocument(document: Iterable<readonly [key: string, raw: string]>): Buffer {
  const lines = [...document].map(([key, raw]) => `  ${JSON.stringify(key)}: ${raw}`);
  return Buffer.from(lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n}`);
}

/**
 * The raw text of a value, indented for the first level. Undefined if JSON can't hold the value.
 * @param replacer as `JSON.stringify` takes it
 */
export function encodeValue(
  value: unknown,
  replacer?: (this: unknown, key: string, value: unknown) => unknown,
): string | undefined {
  const text = JSON.stringify(value, replacer, 2) as string | undefined;
  return text?.replaceAll('\n', '\n  ');
}

/**
 * Levels of a value that is returned. More than any entry that the store writes, and few enough for code that walks a value by
 * recursion: `isDeepStrictEqual` fails beyond 1,231 levels, `structuredClone` beyond 3,237.
 */
const levelsRead = 128;

/**
 * The value of a raw text. Another program may have written more levels than any code can walk, and one such entry would make
 * all of them unreadable. So what lies deeper than 128 levels is returned as a string that holds its JSON.
 */
export function decodeValue(raw: string): unknown {
  return JSON.parse(mayBeDeep(raw) ? shallow(raw) : raw);
}

/** Have two documents, or two maps of short texts for their values, the same keys and texts? */
export function isSameContent(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([key, text]) => b.get(key) === text);
}

/** Returns a question about values as one about their raw texts. */
export function byValue(
  question: ((value: unknown) => boolean) | undefined,
): ((raw: string) => boolean) | undefined {
  return question && ((raw) => question(decodeValue(raw)));
}

function mayBeDeep(raw: string): boolean {
  if (raw.length <= 2 * levelsRead) return false;
  let count = 0;
  for (const opening of '[{') {
    for (let at = raw.indexOf(opening); at >= 0; at = raw.indexOf(opening, at + 1)) {
      if (++count > levelsRead) return true;
    }
  }
  return false;
}

/** The same text, with each value beyond the last level quoted. */
function shallow(raw: string): string {
  let text = '';
  let copied = 0;
  let depth = 0;
  for (let at = 0; at < raw.length; ) {
    const character = raw.charAt(at);
    if (character === '"') {
      at = endOfString(raw, at);
      continue;
    }
    const isOpening = character === '{' || character === '[';
    if (isOpening && depth === levelsRead) {
      const end = endOfValue(raw, at);
      text += raw.slice(copied, at) + JSON.stringify(raw.slice(at, end));
      copied = at = end;
      continue;
    }
    if (isOpening) depth++;
    if (character === '}' || character === ']') depth--;
    at++;
  }
  return text + raw.slice(copied);
}

/** Cuts a text that is known to be a valid JSON object into its entries. */
function* topLevelEntries(text: string): Generator<[string, string]> {
  let at = skipSpace(text, text.indexOf('{') + 1);
  while (text[at] !== '}') {
    const keyEnd = endOfString(text, at);
    const key = JSON.parse(text.slice(at, keyEnd)) as string;
    const start = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const end = endOfValue(text, start);
    yield [key, text.slice(start, end)];
    at = skipSpace(text, end);
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && ' \n\r\t'.includes(text.charAt(at))) at++;
  return at;
}

function endOfString(text: string, start: number): number {
  for (let at = start; ; ) {
    at = text.indexOf('"', at + 1);
    let before = at - 1;
    while (text[before] === '\\') before--;
    // Of a quotation mark after an odd number of backslashes, the last one escapes it.
    if ((at - before) % 2 === 1) return at + 1;
  }
}

function endOfValue(text: string, start: number): number {
  let depth = 0;
  let at = start;
  for (;;) {
    const character = text.charAt(at);
    if (character === '"') {
      at = endOfString(text, at);
    } else {
      if (depth === 0 && ',} \n\r\t'.includes(character)) return at;
      if (character === '{' || character === '[') depth++;
      if (character === '}' || character === ']') depth--;
      at++;
    }
    if (depth === 0 && '"}]'.includes(text.charAt(at - 1))) return at;
  }
}

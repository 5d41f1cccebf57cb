/**
 * A JSON object as its top-level entries in file order: key to the *raw text* of its value.
 *
 * Raw text, because what this version does not know must survive a rewrite byte for byte (G5): a plain
 * object would move integer-like keys to the front, round large numbers and treat `__proto__` specially.
 */
export type Document = ReadonlyMap<string, string>;

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
  return new Map(topLevelEntries(text));
}

/** Writes a document the way `JSON.stringify(value, null, 2)` would. */
export function serializeDocument(document: Document): Buffer {
  if (document.size === 0) return Buffer.from('{}');
  const lines = [...document].map(([key, raw]) => `  ${JSON.stringify(key)}: ${raw}`);
  return Buffer.from(`{\n${lines.join(',\n')}\n}`);
}

/** The raw text of a value, indented to stand at the first level. Undefined if JSON can't hold it. */
export function encodeValue(value: unknown): string | undefined {
  const text = JSON.stringify(value, null, 2) as string | undefined;
  return text?.replaceAll('\n', '\n  ');
}

export function decodeValue(raw: string): unknown {
  return JSON.parse(raw);
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
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
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

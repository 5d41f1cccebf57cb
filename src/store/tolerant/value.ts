import type { Cursor, Fault, FaultKind, Range } from './cursor.js';
import { decodePiece } from './text.js';

export interface Value extends Range {
  /** Its JSON: the original text without comments and trailing commas. */
  raw: string;
  /** Is it an object with a string called "type"? Every credential is, and no field of a credential is. */
  isTyped: boolean;
  isScalar: boolean;
  /** Faults that a strict reader rejects, and that are understood all the same. */
  lenient: Fault[];
}

/**
 * Reads one value of any depth, and leaves the cursor on the token behind it. Only a whole value counts, in which every string
 * and every bracket has its end: a value that was cut may be half a secret.
 */
export function readValue(cursor: Cursor): Value | Fault {
  const { from } = cursor;
  const commentsBefore = cursor.comments.length;
  const isScalar = cursor.token !== '{' && cursor.token !== '[';
  const dropped: Range[] = [];
  const closers: string[] = [];
  let to = from;
  let comma: Range | undefined;
  let wants: 'value' | 'key' | 'comma' = 'value';
  const wrong = (kind: FaultKind): Fault => ({
    kind: cursor.error ?? (cursor.token === 'end' ? 'the end of the text, with brackets still open' : kind),
    at: cursor.from,
  });
  do {
    const { token } = cursor;
    if (cursor.error || token === 'end' || token === 'other' || cursor.steps < 0)
      return wrong('text without quotes');
    if (token === '}' || token === ']') {
      if (token !== closers.at(-1)) return wrong('a bracket that does not fit');
      // Allowed right behind its opening bracket, behind a value, or behind a trailing comma.
      const isAllowed = wants === 'comma' || comma || isOpening(cursor.text[to - 1]);
      if (!isAllowed) return wrong('a value that ends too soon');
      if (comma) dropped.push(comma);
      closers.pop();
      wants = 'comma';
      comma = undefined;
    } else if (token === ',') {
      if (wants !== 'comma') return wrong('a comma without an entry before it');
      comma = { from: cursor.from, to: cursor.to };
      wants = closers.at(-1) === '}' ? 'key' : 'value';
    } else if (wants === 'comma') {
      return wrong('a missing comma');
    } else if (wants === 'key') {
      if (token !== 'string') return wrong('a key without quotes');
      if (cursor.next().token !== ':') return wrong('a missing colon');
      wants = 'value';
      comma = undefined;
    } else if (token === ':') {
      return wrong('text without quotes');
    } else {
      comma = undefined;
      wants = token === '{' ? 'key' : token === '[' ? 'value' : 'comma';
      if (token === '{') closers.push('}');
      if (token === '[') closers.push(']');
    }
    to = cursor.to;
    cursor.next();
  } while (closers.length > 0);

  const comments = cursor.comments.slice(commentsBefore).filter((comment) => comment.to <= to);
  const lenient: Fault[] = [
    ...comments.map(({ from }) => ({ kind: 'a comment' as const, at: from })),
    ...dropped.map(({ from }) => ({ kind: 'a trailing comma' as const, at: from })),
  ];
  const raw = decodePiece(without(cursor.text.slice(from, to), [...comments, ...dropped], from));
  const checked = raw === undefined ? undefined : parsed(raw);
  if (raw === undefined || !checked) {
    return { kind: raw === undefined ? 'bytes that are not UTF-8' : 'text without quotes', at: from };
  }
  return { from, to, raw, isTyped: isTyped(checked.value), isScalar, lenient };
}

function isOpening(character: string | undefined): boolean {
  return character === '{' || character === '[';
}

function without(text: string, dropped: Range[], offset: number): string {
  let rest = '';
  let at = 0;
  for (const { from, to } of dropped.toSorted((a, b) => a.from - b.from)) {
    rest += text.slice(at, from - offset);
    at = to - offset;
  }
  return rest + text.slice(at);
}

/** The final check is the parser that all others use. Its error quotes the text, so it is dropped on purpose. */
function parsed(raw: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(raw) };
  } catch {
    return undefined;
  }
}

function isTyped(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.hasOwn(value, 'type') &&
    typeof (value as { type: unknown }).type === 'string'
  );
}

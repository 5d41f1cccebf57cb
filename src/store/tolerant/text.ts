/**
 * A text with one character for each byte, so that an offset in it is an offset in the bytes. The syntax of JSON is ASCII, and
 * no byte of a longer UTF-8 character looks like it. UTF-16 is converted to UTF-8 first.
 */
export interface ByteText {
  text: string;
  encoding: 'UTF-8' | 'UTF-16';
  /** Converts offsets in the text to offsets in the bytes. They must be in ascending order. */
  toBytes: (places: readonly number[]) => number[];
}

const mark8 = '\xef\xbb\xbf';
const blank8 = '   ';

export function byteText(bytes: Buffer): ByteText {
  const mark = bytes.subarray(0, 2).toString('hex');
  if (mark === 'fffe') return fromUtf16(bytes);
  if (mark === 'feff') return fromUtf16(swapped(bytes));
  const text = withoutMark(bytes.toString('latin1'));
  return { text, encoding: 'UTF-8', toBytes: (places) => [...places] };
}

/** Blanks a byte order mark, which is no content. */
function withoutMark(text: string): string {
  return text.startsWith(mark8) ? blank8 + text.slice(mark8.length) : text;
}

function swapped(bytes: Buffer): Buffer {
  const whole = Buffer.from(bytes.subarray(0, bytes.length & ~1));
  return Buffer.concat([whole.swap16(), bytes.subarray(whole.length)]);
}

function fromUtf16(bytes: Buffer): ByteText {
  const whole = bytes.length & ~1;
  // Half a character becomes a control character, which JSON does not allow. U+FFFD would pass for content.
  const utf16 = bytes.toString('utf16le', 0, whole).replace(/\p{Cs}/gu, '\u0001');
  const utf8 = Buffer.from(utf16);
  const odd = whole < bytes.length ? '\u0001' : '';
  const toBytes = (places: readonly number[]) => {
    let [at, units] = [0, 0];
    return places.map((place) => {
      units += utf8.toString('utf8', at, place).length;
      at = place;
      return place > utf8.length ? bytes.length : units * 2;
    });
  };
  return { text: withoutMark(utf8.toString('latin1')) + odd, encoding: 'UTF-16', toBytes };
}

let decoder: InstanceType<typeof TextDecoder> | undefined;

/** Decodes a piece of such a text. Undefined where it is not UTF-8. */
export function decodePiece(piece: string): string | undefined {
  try {
    decoder ??= new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    return decoder.decode(Buffer.from(piece, 'latin1'));
  } catch {
    return undefined;
  }
}

/**
 * Finds lines and columns, which count from 1. A column counts characters, not bytes. The offsets of successive calls must be in
 * ascending order, so that a text with much damage is not counted over and over.
 */
export function placeFinder(text: string): (at: number) => { line: number; column: number } {
  const breaks = /\r\n|\r|\n/g;
  let [line, start, next] = [1, 0, nextBreak()];
  function nextBreak(): number {
    return breaks.exec(text) ? breaks.lastIndex : Number.POSITIVE_INFINITY;
  }
  return (at) => {
    for (; next <= at; next = nextBreak()) {
      line++;
      start = next;
    }
    return { line, column: [...Buffer.from(text.slice(start, at), 'latin1').toString()].length + 1 };
  };
}

/** The text before this offset on its line, if it is white space only. */
export function indentOf(text: string, at: number): string | undefined {
  let from = at;
  while (from > 0 && ' \t'.includes(text.charAt(from - 1))) from--;
  return from === 0 || '\r\n'.includes(text.charAt(from - 1)) ? text.slice(from, at) : undefined;
}

/** The last character before this offset that is no white space. */
export function lastBefore(text: string, at: number): string {
  let last = at - 1;
  while (last >= 0 && ' \t\r\n'.includes(text.charAt(last))) last--;
  return text.charAt(last);
}

/**
 * Is an object behind comments of the first level? A comment may have swallowed what opens the brackets around it: damage that makes two
 * slashes takes the rest of a line. So it must begin a line without indentation, or follow a comment on its line.
 */
export function isOfFirstLevel({ text, from }: { text: string; from: number }): boolean {
  return indentOf(text, from) === '' || /\*\/[ \t]*$/.test(text.slice(0, from));
}

/**
 * Is there another closing bracket behind an object? The end of a longer text may be left behind a shorter one. Or an opening bracket is
 * gone, and this was an inner object: then no field of it is a credential.
 */
export function hasBracketTooMany({ text, from }: { text: string; from: number }): boolean {
  return /^\s*\}/.test(text.slice(from));
}

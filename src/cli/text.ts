import stringWidth from 'string-width';

const ellipsis = '…';
/** Made when it is first needed: that takes milliseconds, and every command would have to wait for them. */
let graphemes: Intl.Segmenter | undefined;

/** The columns that a text takes in a terminal: a wide character takes two, a combining one none. */
export function widthOf(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth(text);
}

/** Cuts a line to a width, with an ellipsis where something is missing. It must have no control sequences. */
export function cutTo(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (width < 1) return '';
  graphemes ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  let [kept, used] = ['', 0];
  for (const { segment } of graphemes.segment(text)) {
    used += widthOf(segment);
    if (used > width - 1) break;
    kept += segment;
  }
  return kept.trimEnd() + ellipsis;
}

/** Fills a text with spaces up to a width. @param side where the text stands */
export function padTo(text: string, width: number, side: 'left' | 'right' = 'left'): string {
  const spaces = ' '.repeat(Math.max(0, width - widthOf(text)));
  return side === 'left' ? text + spaces : spaces + text;
}

/**
 * Breaks a text between words into lines of at most a width; the last of `linesMax` ends in an ellipsis if more would follow. Without
 * that nothing is cut: a word that is longer, a path say, has a line of its own.
 */
export function wrapTo(text: string, width: number, linesMax = Number.POSITIVE_INFINITY): string[] {
  const lines: string[] = [];
  const words = text.split(' ');
  let line = '';
  for (const [at, word] of words.entries()) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (widthOf(longer) <= width) {
      line = longer;
      continue;
    }
    if (lines.length === linesMax - 1) {
      lines.push(cutTo([...(line === '' ? [] : [line]), ...words.slice(at)].join(' '), width));
      return lines;
    }
    if (line !== '') lines.push(line);
    line = word;
  }
  const all = [...lines, line];
  return linesMax === Number.POSITIVE_INFINITY ? all : all.map((one) => cutTo(one, width));
}

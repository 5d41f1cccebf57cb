import { widthOf, wrapTo } from './text.js';

/** An example with what it is for behind it. */
const example = /^( {2,}\S.*?\S) {2,}(\S.*)$/;
const noteIndent = ' '.repeat(6);

/**
 * Fits help to the columns of a terminal. Sentences are broken between words. What an example is for goes below it where it has no
 * room beside it; a command is never broken, as it is there to be copied.
 */
export function fitHelp(text: string, columns: number): string {
  if (text.split('\n').every((line) => widthOf(line) <= columns)) return text;
  return text
    .split(/(\n\n+)/)
    .map((part) => (/^\n+$/.test(part) ? part : fitParagraph(part, columns)))
    .join('');
}

function fitParagraph(text: string, columns: number): string {
  const [, before = '', paragraph = '', end = ''] = /^(\n*)(.*?)(\n*)$/s.exec(text) ?? [];
  const lines = paragraph.split('\n');
  // Sentences stand at the margin, and were broken for a wider page.
  const isProse = lines.every((line) => /^[^\s-]/.test(line));
  const fitted = isProse ? wrapTo(lines.join(' '), columns) : lines.flatMap((line) => fitLine(line, columns));
  return `${before}${fitted.join('\n')}${end}`;
}

function fitLine(line: string, columns: number): string[] {
  if (widthOf(line) <= columns) return [line];
  const [, command, note] = example.exec(line) ?? [];
  if (command !== undefined && note !== undefined)
    return [command, ...wrapTo(note, columns - noteIndent.length).map((one) => noteIndent + one)];
  return /^\s/.test(line) ? [line] : wrapTo(line, columns);
}

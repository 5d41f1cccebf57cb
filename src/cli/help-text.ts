import { widthOf, wrapTo } from './text.js';

/** An example with what it is for behind it. */
const example = /^( {2,}\S.*?\S) {2,}(\S.*)$/;
const noteIndent = ' '.repeat(6);
/** The second line and those after it of what the line above is for. */
const goesOn = /^ {8,}\S/;
/** A word of a shell, with its quotes: no line ends within them. */
const shellWord = /(?:'[^']*'|"[^"]*"|[^\s'"])+/g;

/**
 * Fits help to the columns of a terminal. Sentences are broken between words. What an example is for goes below it where it has no
 * room beside it. A command is there to be copied: it is broken as a shell wants it, between two words and after a backslash.
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
  const fitted = isProse
    ? wrapTo(lines.join(' '), columns)
    : withWhatGoesOn(lines).flatMap((together) => fitLines(together, columns));
  return `${before}${fitted.join('\n')}${end}`;
}

/** Each line with those that go on with it. */
function withWhatGoesOn(lines: readonly string[]): string[][] {
  const groups: string[][] = [];
  for (const line of lines) {
    const last = groups.at(-1);
    if (last !== undefined && goesOn.test(line)) last.push(line);
    else groups.push([line]);
  }
  return groups;
}

function fitLines([first = '', ...more]: readonly string[], columns: number): string[] {
  if ([first, ...more].every((line) => widthOf(line) <= columns)) return [first, ...more];
  const [, before = first, beside] = example.exec(first) ?? [];
  const note = [beside ?? '', ...more.map((line) => line.trim())].join(' ').trim();
  const below = note === '' ? [] : indented(note, noteIndent, columns);
  if (/^ *-/.test(before)) return [before, ...below];
  const indent = /^ */.exec(before)?.[0] ?? '';
  if (indent === '  ') return [...fitCommand(before.trim(), columns), ...below];
  return [...indented(before.trim(), indent, columns), ...below];
}

function indented(text: string, indent: string, columns: number): string[] {
  return wrapTo(text, columns - indent.length).map((line) => indent + line);
}

function fitCommand(command: string, columns: number): string[] {
  const lines: string[] = [];
  const words = command.match(shellWord) ?? [];
  let line = ' ';
  for (const [at, word] of words.entries()) {
    const longer = `${line} ${word}`;
    const backslash = at === words.length - 1 ? '' : ' \\';
    if (widthOf(longer + backslash) > columns && line !== ' ') {
      lines.push(`${line} \\`);
      line = `    ${word}`;
    } else line = longer;
  }
  return [...lines, line];
}

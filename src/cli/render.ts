import { type Colours, coloursOf } from './colours.js';
import { layOut } from './columns.js';
import { cutTo, widthOf, wrapTo } from './text.js';

/** What a report is drawn on. */
export interface Page {
  /** Columns of the terminal; undefined for a pipe or a file, which gets the Markdown as it is. */
  columns: number | undefined;
  colours: Colours;
}

/** The page that standard output is. */
export function pageOf(stream: NodeJS.WriteStream = process.stdout): Page {
  return { columns: stream.isTTY ? stream.columns || 80 : undefined, colours: coloursOf(stream) };
}

/** Writes a report to standard output: fitted to a terminal, and as Markdown elsewhere. */
export function printReport(markdown: string): void {
  process.stdout.write(`${render(markdown, pageOf())}\n`);
}

/**
 * Draws Markdown, as reports write it, on a terminal: tables are fitted to its columns and never wrapped, headings and what is
 * between stars are bold, verdicts have their colours. Elsewhere all of it stays as it is, but for the colours.
 */
export function render(markdown: string, { columns, colours }: Page): string {
  const lines = markdown.split('\n');
  const drawn: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const isTable = line.startsWith('| ') && /^\|[-|]+\|$/.test(lines[at + 1] ?? '');
    if (columns === undefined) {
      drawn.push(paintLine(line, colours));
      continue;
    }
    if (!isTable) {
      const [first = '', ...more] = breakSentence(line.replace(/^#+ /, ''), columns);
      drawn.push(paintLine(first, colours, line), ...more);
      continue;
    }
    const rows: string[] = [];
    let end = at + 2;
    while (lines[end]?.startsWith('| ')) rows.push(lines[end++] ?? '');
    drawn.push(...drawTable(cellsOf(line), rows.map(cellsOf), columns, colours));
    at = end - 1;
  }
  return drawn.join('\n');
}

/** Breaks a sentence between words. What is there to be copied stays whole, and so does what is indented: it is a picture. */
function breakSentence(line: string, columns: number): string[] {
  if (
    widthOf(line) <= columns ||
    /^(\s|```|Again: |Run it again: |Call by call: |Schedule |.*Report: )/.test(line)
  )
    return [line];
  const indent = line.startsWith('- ') ? '  ' : '';
  const [first = '', ...more] = wrapTo(line, columns - indent.length);
  // Stars mark what is bold within a line only.
  if (first.split('**').length % 2 === 0) return [line];
  return [first, ...more.map((one) => indent + one)];
}

function drawTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number,
  colours: Colours,
): string[] {
  const { lines, leftOut } = layOut({ header, rows }, columns, {
    header: colours.bold,
    whole: ['verdict', 'found'],
    cell: (drawn, cell) => paintWord(drawn, cell, colours),
  });
  return leftOut.length === 0 ? lines : [...lines, ...withoutRoom(leftOut, columns).map(colours.dim)];
}

/** Names the columns that were left out, on as many lines as that takes. */
function withoutRoom(names: readonly string[], columns: number): string[] {
  const lines = ['(no room for:'];
  for (const [at, name] of names.entries()) {
    const more = `${name}${at === names.length - 1 ? ')' : ','}`;
    const joined = `${lines.at(-1)} ${more}`;
    if (widthOf(joined) <= columns) lines[lines.length - 1] = joined;
    else lines.push(`  ${more}`);
  }
  return lines.map((line) => cutTo(line, columns));
}

/** The cells of a row, as `table` of the reports has escaped them. */
function cellsOf(row: string): string[] {
  return row
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));
}

/** A verdict in a line of progress. */
export function paintVerdict(text: string): string {
  return paintWord(text, text, coloursOf(process.stderr));
}

/** A verdict has the colour of what it means, however it is qualified. */
function paintWord(drawn: string, cell: string, colours: Colours): string {
  if (/^valid, /.test(cell)) return colours.yellow(drawn);
  if (/^(valid|yes: )/.test(cell)) return colours.green(drawn);
  if (/^(invalid|blind|NO: )/.test(cell)) return colours.red(drawn);
  if (/^(unknown|interrupted|inconclusive)/.test(cell)) return colours.yellow(drawn);
  return drawn;
}

/** @param whole the line before its mark of a heading was taken off */
function paintLine(line: string, colours: Colours, whole = line): string {
  const bold = line.replace(/\*\*([^*]+)\*\*/g, (stars, text: string) =>
    colours.isColorSupported ? colours.bold(colours.red(text)) : stars,
  );
  if (/^#+ /.test(whole)) return colours.bold(bold);
  if (/^(All guarantees held\.|No execution broke a guarantee\.)/.test(line)) return colours.green(bold);
  if (/^(All guarantees held|Inconclusive|Interrupted|Warning)/.test(line)) return colours.yellow(bold);
  if (/^(A guarantee was (violated|broken)|A planted bug was not found)/.test(line)) return colours.red(bold);
  return bold;
}

/** Draws over the one live line of standard error; a log is spared it. */
export function showLive(text: string): void {
  const { isTTY, columns } = process.stderr;
  if (isTTY) process.stderr.write(`\r\x1b[K${cutTo(`  ... ${text}`, (columns || 80) - 1)}`);
}

export function clearLive(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
}

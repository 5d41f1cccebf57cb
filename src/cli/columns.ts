import { cutTo, padTo, widthOf } from './text.js';

const gap = 2;
/** A cell that is cut shorter than this says nothing. */
const cutMin = 6;
/** What a row is about stands first, and keeps this share of the width, if it needs as much. */
const firstShare = 0.25;

/** What is laid out: every row has a cell for each column of the header, or fewer. */
export interface Grid {
  header: readonly string[];
  rows: readonly (readonly string[])[];
}

/** How cells are drawn once their width is settled. */
export interface Drawing {
  /** The header of a column, padded. Default: as it is. */
  header?: (text: string) => string;
  /** @param cell the whole text, of which `drawn` may be a part */
  cell?: (drawn: string, cell: string, column: number) => string;
  /** Columns that are never cut, by name: what is copied from a table, an id. Those of numbers are not cut either. */
  whole?: readonly string[];
}

/**
 * Lays cells out in columns no wider than a terminal: the longest texts are cut, with an ellipsis, and numbers never, as a number
 * that is cut is another one. Where that is not enough, the last columns are left out.
 * @param width of the terminal; undefined for one without an end
 * @returns the lines, the header first, and the names of the columns that were left out
 */
export function layOut(grid: Grid, width: number | undefined, drawing: Drawing = {}) {
  const numeric = grid.header.map((_, column) => isNumeric(grid, column));
  const isWhole = grid.header.map(
    (name, column) => numeric[column] || drawing.whole?.includes(name) === true,
  );
  const natural = grid.header.map((name, column) =>
    Math.max(widthOf(name), ...grid.rows.map((row) => widthOf(row[column] ?? ''))),
  );
  const widths = fitted(natural, isWhole, width);
  const { header = (text: string) => text, cell = (text: string) => text } = drawing;
  const draw = (row: readonly string[], paint: (drawn: string, column: number) => string) => {
    const cells = widths.map((size, column) => {
      const padded = padTo(cutTo(row[column] ?? '', size), size, numeric[column] ? 'right' : 'left');
      const isLast = column === widths.length - 1;
      return paint(isLast ? padded.trimEnd() : padded, column);
    });
    return cells.join(' '.repeat(gap)).trimEnd();
  };
  return {
    lines: [
      draw(grid.header, (drawn) => header(drawn)),
      ...grid.rows.map((row) => draw(row, (drawn, column) => cell(drawn, row[column] ?? '', column))),
    ],
    leftOut: grid.header.slice(widths.length),
  };
}

/** Cells of digits, or none at all. */
function isNumeric({ rows }: Grid, column: number): boolean {
  const cells = rows.map((row) => row[column] ?? '').filter((cell) => cell !== '');
  return cells.length > 0 && cells.every((cell) => /^[\d.,]+%?$/.test(cell));
}

function fitted(natural: readonly number[], isWhole: readonly boolean[], width = Number.POSITIVE_INFINITY) {
  const widths = [...natural];
  const leastOf = (column: number) =>
    column === 0 ? Math.max(cutMin, Math.floor(width * firstShare)) : cutMin;
  const least = natural.map((size, column) => (isWhole[column] ? size : Math.min(size, leastOf(column))));
  const total = (sizes: readonly number[]) =>
    sizes.reduce((sum, size) => sum + size, 0) + gap * (sizes.length - 1);
  let kept = widths.length;
  while (kept > 1 && total(least.slice(0, kept)) > width) kept--;
  widths.length = kept;
  while (total(widths) > width) {
    const longest = widths.reduce(
      (best, size, column) => (size > (least[column] ?? 0) && size > (widths[best] ?? 0) ? column : best),
      widths.findIndex((size, column) => size > (least[column] ?? 0)),
    );
    // One column alone, and too narrow a terminal: no cell is wider than that.
    if (longest === -1) return widths.map((size) => Math.max(1, Math.min(size, width)));
    widths[longest] = (widths[longest] ?? 0) - 1;
  }
  return widths;
}

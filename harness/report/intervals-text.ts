import type { Bar } from '../core/report.js';
import { layOut, type PlacedBar } from './steps.js';

const columnsMax = 72;

/**
 * Calls as a table with a picture of their intervals, for a terminal. The marked one has a star; `>` may still go on.
 *
 *     line 2    process 0  write 1    |=====|
 *     line 5  * process 1  read: 2         |=====>
 */
export function intervalsToText(bars: readonly Bar[]): string {
  const { bars: placed, steps } = layOut(bars);
  const columnsPerStep = Math.min(3, columnsMax / steps);
  const column = (step: number) => Math.round(step * columnsPerStep);
  const rows = placed.map((bar) => [
    bar.id,
    bar.isMarked ? '*' : ' ',
    bar.process,
    bar.what,
    draw(bar, column),
  ]);
  const widths = [0, 1, 2, 3].map((cell) => Math.max(...rows.map((row) => row[cell]?.length ?? 0)));
  return rows
    .map((row) => `  ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')}`.trimEnd())
    .join('\n');
}

function draw({ from, to, end, isSure }: PlacedBar, column: (step: number) => number): string {
  const [left, right] = [column(from), Math.max(column(from) + 1, column(to))];
  const line = (isSure ? '=' : '.').repeat(right - left - 1);
  return `${' '.repeat(left)}|${line}${end === null ? '>' : '|'}`;
}

import type { StressPage } from '../data.js';
import { h } from './dom.js';
import { plainTable } from './plain-table.js';
import { number } from './words.js';

/** Runs that belong together: those of one scenario on one target, and those of the shards of one run. */
export function totalsSection({ totals, shards }: StressPage): HTMLElement | undefined {
  if (totals === null && shards.length === 0) return undefined;
  return h(
    'section.totals',
    { 'aria-label': 'All runs together' },
    totals !== null && h('h2', null, 'All runs together'),
    shards.map((line) => h('p.quiet', null, line)),
    totals !== null && tableOf(totals),
  );
}

function tableOf({ header, rows }: NonNullable<StressPage['totals']>): HTMLElement {
  // Words begin at the left, and numbers end at the right.
  const kinds = header.map((_, at) => (rows.every((row) => /^[\d.]*$/.test(row[at] ?? '')) ? '.num' : ''));
  const cell = (text: string, at: number) =>
    at === 0
      ? h('th.name', { scope: 'row' }, text)
      : h(`td${kinds[at]}` as 'td', null, /^\d+$/.test(text) ? number(Number(text)) : text);
  return plainTable(
    'Table of all runs together',
    header,
    rows.map((row) => h('tr', null, row.map(cell))),
    kinds,
  );
}

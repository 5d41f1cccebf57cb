import type { ModelReport } from '../core/report.js';
import { intervalsToText } from './intervals-text.js';
import { table } from './table.js';

/** Verdicts of models, as a table, and each contradiction with a picture. */
export function modelsToText(reports: readonly ModelReport[]): string {
  const rows = reports.map(({ file, model, result, calls, scope }) => [
    file,
    model,
    result,
    String(calls),
    scope,
  ]);
  return [
    table(['file', 'model', 'verdict', 'calls', 'checked'], rows),
    ...reports.filter(({ contradiction }) => contradiction).map(explain),
  ].join('\n\n');
}

function explain({ file, contradiction }: ModelReport): string {
  if (!contradiction) return '';
  const { part, bars, isSmallest, prefix } = contradiction;
  const marked = bars.find(({ isMarked }) => isMarked);
  const where = part === undefined ? file : `${file}, ${part}`;
  const few = isSmallest ? 'No smaller set is invalid' : 'A smaller set may be, too';
  const placed = prefix.length > 0 ? `After ${prefix.join(', ')}` : 'To begin with';
  return [
    `${where}: ${bars.length === 1 ? '1 call that has no place' : `${bars.length} calls that have no order`}, whatever the others did that had begun by then. ${few}.`,
    intervalsToText(bars),
    `${placed} there is no place for ${marked?.id} (*).`,
  ].join('\n\n');
}

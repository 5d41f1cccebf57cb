import type { ModelReport } from '../core/model-report.js';
import type { Bar } from '../core/report.js';
import { counted, fewOf } from '../history/words.js';
import { intervalsToText } from './intervals-text.js';
import { table } from './table.js';

/** What is shown of a contradiction in a terminal. */
const barsMax = 20;
/** Where all of it is. */
const whole = 'the output of --json';

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
    ...reports.flatMap(describeLines),
    ...reports.filter(({ contradiction }) => contradiction).map(explain),
  ].join('\n\n');
}

/** What was passed over, where anything was. */
function describeLines({ file, lines }: ModelReport): string[] {
  if (!lines || lines.operations === lines.all) return [];
  const { unit, all, operations, nemesis, other, unread, firstUnread, cut } = lines;
  const passed = [
    ...(nemesis > 0 ? [`${nemesis} of the nemesis`] : []),
    ...(other > 0 ? [`${other} about something else`] : []),
    ...(unread > 0 ? [`${unread} that could not be read (the first: line ${firstUnread})`] : []),
    ...(cut === undefined ? [] : [`line ${cut}, where the file is cut`]),
  ];
  if (passed.length === 0) return [];
  return [
    `${file}: ${operations} of ${counted(all, unit)} read as operations; passed over: ${passed.join(', ')}.`,
  ];
}

/** Those with which it begins and ends, and the one that has no place. */
function fewBars(bars: readonly Bar[]): readonly Bar[] {
  if (bars.length <= barsMax) return bars;
  return bars.filter(({ isMarked }, at) => isMarked || at < barsMax - 6 || at >= bars.length - 5);
}

function explain({ file, contradiction }: ModelReport): string {
  if (!contradiction) return '';
  const { part, bars, isSmallest, prefix } = contradiction;
  const marked = bars.find(({ isMarked }) => isMarked);
  const where = part === undefined ? file : `${file}, ${part}`;
  const few = isSmallest ? 'No smaller set is invalid' : 'A smaller set may be, too';
  const placed = prefix.length > 0 ? `After ${fewOf(prefix, whole)}` : 'To begin with';
  const shown = fewBars(bars);
  const others = bars.length - shown.length;
  return [
    `${where}: ${bars.length === 1 ? '1 call that has no place' : `${bars.length} calls that have no order`}, whatever the others did that had begun by then. ${few}.`,
    intervalsToText(shown),
    ...(others > 0 ? [`Here are the first of them and the last, and ${others} more in ${whole}.`] : []),
    `${placed} there is no place for ${marked?.id} (*).`,
  ].join('\n\n');
}

import type { LineTally, ModelReport } from '../core/model-report.js';
import { toCalls } from '../formats/calls.js';
import { type Dialect, dialects, usualModel } from '../formats/dialects.js';
import { type Log, type LogFormat, readLog } from '../formats/log.js';
import { readLines } from '../history/lines.js';
import { counted } from '../history/words.js';
import { checkLinearizable, type Linearizability } from '../linearizable/index.js';
import { toModelReport } from './model-report.js';
import { noOperation } from './nothing-found.js';

export type LogModel = keyof typeof dialects;

/** Lines that look like operations and can't be read. A message may quote one; more of them are a layout that is not known. */
const unreadMax = 3;

/**
 * Judges a log of others.
 * @param model default: the one that has the operations of the log
 * @throws UsageError naming the line that can't be read
 */
export async function checkLog(file: string, format: LogFormat, model?: LogModel): Promise<ModelReport> {
  const log = await readLog(readLines(file), format, file);
  const chosen = model ?? usualModel(new Set(log.events.map(({ f }) => f)));
  if (log.tally.operations === 0) {
    return { ...noOperation(file, format, chosen, log.tally), lines: log.tally };
  }
  switch (chosen) {
    case 'register':
      return check(file, format, log, dialects.register);
    case 'cas-register':
      return check(file, format, log, dialects['cas-register']);
    case 'kv':
      return check(file, format, log, dialects.kv);
  }
}

function check<State, Input, Output>(
  file: string,
  format: LogFormat,
  { events, tally }: Log,
  dialect: Dialect<State, Input, Output>,
): ModelReport {
  const checked = checkLinearizable(dialect.model, toCalls(events, dialect, file));
  const report: ModelReport = {
    ...toModelReport({ file, format }, dialect.model, checked, describeScope(checked)),
    lines: tally,
    ...(tally.cut === undefined ? {} : { interrupted: true }),
  };
  const doubt = doubtOf(report, tally, checked);
  if (doubt === undefined) return report;
  const { contradiction, ...rest } = report;
  return { ...rest, result: 'unknown', scope: doubt };
}

/** Why the verdict can't be trusted, if so. */
function doubtOf(
  { result, scope }: ModelReport,
  { unit, unread, firstUnread, cut }: LineTally,
  { parts }: Linearizability<unknown, unknown>,
): string | undefined {
  if (unread > unreadMax)
    return `${counted(unread, unit)} not read, though they may be operations (the first: line ${firstUnread})`;
  if (parts.zones + parts.search + parts.undecided === 0)
    return 'no operation happened, or none whose outcome is known';
  // What is wrong already stays so, however it went on.
  if (cut !== undefined && result === 'valid')
    return `interrupted: cut in line ${cut}; what was before, ${scope}`;
  return undefined;
}

function describeScope({ verdict, parts, steps }: Linearizability<unknown, unknown>): string {
  const all = parts.zones + parts.search + parts.undecided;
  if (verdict === 'unknown')
    return `${parts.undecided} of ${counted(all, 'part')} not decided in ${steps} steps`;
  const how = [
    ...(parts.zones > 0 ? [`${parts.zones} by the zones of unique values`] : []),
    ...(parts.search > 0 ? [`${parts.search} by a search of ${steps} steps`] : []),
  ];
  // One that is wrong is enough: the others were not looked at to the end.
  const decided =
    parts.undecided > 0 ? `${all - parts.undecided} of ${counted(all, 'part')}` : counted(all, 'part');
  return `exact: ${decided} decided, ${how.join(', ')}`;
}

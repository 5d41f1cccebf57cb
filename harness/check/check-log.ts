import { type Call, checkLinearizable, type Linearizability } from '../checkers/linearizable/index.js';
import { counted } from '../checkers/words.js';
import type { ModelReport } from '../core/report.js';
import { readCalls } from '../formats/calls.js';
import { type Dialect, dialects } from '../formats/dialects.js';
import { readJepsenLine } from '../formats/jepsen.js';
import { readLines } from '../formats/lines.js';
import { readEdnLine } from '../formats/maelstrom.js';
import { toModelReport } from './model-report.js';

const readers = { jepsen: readJepsenLine, maelstrom: readEdnLine };
export type LogFormat = keyof typeof readers;
export type LogModel = keyof typeof dialects;

/** Judges a log of others. @throws UsageError naming the line that can't be read */
export async function checkLog(file: string, format: LogFormat, model: LogModel): Promise<ModelReport> {
  switch (model) {
    case 'register':
      return check(file, format, dialects.register);
    case 'cas-register':
      return check(file, format, dialects['cas-register']);
    case 'kv':
      return check(file, format, dialects.kv);
  }
}

async function check<State, Input, Output>(
  file: string,
  format: LogFormat,
  dialect: Dialect<State, Input, Output>,
): Promise<ModelReport> {
  const calls: Call<Input, Output>[] = await readCalls(readLines(file), readers[format], dialect, file);
  const checked = checkLinearizable(dialect.model, calls);
  return toModelReport({ file, format }, dialect.model, checked, describeScope(checked));
}

function describeScope({ verdict, parts, steps }: Linearizability<unknown, unknown>): string {
  const all = parts.zones + parts.search + parts.undecided;
  if (verdict === 'unknown')
    return `${parts.undecided} of ${counted(all, 'part')} not decided in ${steps} steps`;
  const how = [
    ...(parts.zones > 0 ? [`${parts.zones} by the zones of unique values`] : []),
    ...(parts.search > 0 ? [`${parts.search} by a search of ${steps} steps`] : []),
  ];
  return `exact: ${counted(all, 'part')} decided, ${how.join(', ')}`;
}

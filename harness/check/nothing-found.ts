import type { LineTally, ModelReport } from '../core/model-report.js';
import type { Format } from '../formats/detect.js';
import { counted } from '../history/words.js';

/** What an operation looks like in each format. */
const expected: Readonly<Record<Format, string>> = {
  holdfast: 'the history.jsonl of a run, a JSON object with a "type" a line',
  jepsen:
    'a history.txt or jepsen.log, "3 :invoke :write 4" with tabs between, or a history.edn or history.jsonl',
  maelstrom: 'a history.edn, {:process 3, :type :invoke, :f :write, :value 4}',
};

/** No verdict: there is no operation to have one about. */
export function noOperation(
  file: string,
  format: Format,
  model: string,
  { all, unit }: Pick<LineTally, 'all' | 'unit'>,
): ModelReport {
  const scope = `0 of ${counted(all, unit)} is an operation; expected ${expected[format]}`;
  return { file, format, model, result: 'none', calls: 0, scope };
}

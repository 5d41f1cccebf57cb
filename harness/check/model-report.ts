import type { ModelReport } from '../core/model-report.js';
import type { Bar } from '../core/report.js';
import type { Call, Linearizability, Model } from '../linearizable/index.js';

/** A verdict as plain data: what was recorded may be anything, what is reported can be JSON. */
export function toModelReport<State, Input, Output>(
  from: Pick<ModelReport, 'file' | 'format'>,
  model: Model<State, Input, Output>,
  { verdict, calls, contradiction }: Linearizability<Input, Output>,
  scope: string,
): ModelReport {
  const report: ModelReport = { ...from, model: model.name, result: verdict, calls, scope };
  if (!contradiction) return report;
  const { part, stuck, prefix, isSmallest } = contradiction;
  const bars = contradiction.calls.map((call) => toBar(model, call, call === stuck));
  const told = { bars, isSmallest, prefix: prefix.map(({ id }) => id) };
  return { ...report, contradiction: part === undefined ? told : { part, ...told } };
}

function toBar<State, Input, Output>(
  model: Model<State, Input, Output>,
  { id, process, input, output, begin, end, happened }: Call<Input, Output>,
  isMarked: boolean,
): Bar {
  const isSure = happened === 'yes';
  const what = `${model.describe(input, output)}${isSure ? '' : ' (may have happened)'}`;
  return {
    id,
    process,
    what,
    begin: Number.isFinite(begin) ? begin : 0,
    isSure,
    isMarked,
    end: Number.isFinite(end) ? end : null,
  };
}

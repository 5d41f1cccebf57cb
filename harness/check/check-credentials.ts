import type { ModelReport } from '../core/model-report.js';
import type { JudgedRun } from '../core/report.js';
import { worstOf } from '../core/verdict.js';
import { judgeHistory, type OnRun } from './judge-history.js';
import { noOperation } from './nothing-found.js';
import { WellFormed } from './well-formed.js';

/** Judges the runs of a history of ours by all guarantees of a store. @throws UsageError naming the line that is not an event */
export async function checkCredentials(file: string, onRun?: OnRun): Promise<(JudgedRun | ModelReport)[]> {
  const wellFormed = new WellFormed();
  const judged = await judgeHistory(file, 0, wellFormed, onRun);
  if (wellFormed.operations === 0) {
    return [noOperation(file, 'holdfast', 'credentials', { all: wellFormed.events, unit: 'line' })];
  }
  const last = judged.at(-1);
  if (wellFormed.cutAt !== undefined && last !== undefined) {
    // What was cut may have been the next run.
    last.result = worstOf([last.result, 'unknown']);
    last.checks.coverage = { result: 'unknown', summary: `interrupted: cut in line ${wellFormed.cutAt}` };
  }
  return judged;
}

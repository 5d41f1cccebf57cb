import type { ControlReport, RunResult, ScenarioReport } from './report.js';
import { worstOf } from './verdict.js';

/** The result of a whole run. A violation that was found is one, even where the harness is blind to others. */
export function resultOf(
  controls: readonly Pick<ControlReport, 'found'>[],
  scenarios: readonly Pick<ScenarioReport, 'result'>[],
  { isIncomplete, isInterrupted = false }: { isIncomplete: boolean; isInterrupted?: boolean },
): RunResult {
  if (isInterrupted) return 'interrupted';
  const results = scenarios.map((scenario) => scenario.result);
  // What was not played proves nothing.
  const result = worstOf(isIncomplete ? [...results, 'unknown'] : results);
  const isBlind = controls.some(({ found }) => !found);
  return isBlind && result !== 'invalid' ? 'blind' : result;
}

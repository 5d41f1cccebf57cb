import type { Report, RunResult } from './report.js';

/** The report of a run that says its result and nothing besides. */
export const bareReport = (result: RunResult): Report => ({
  schema: 1,
  result,
  seed: 1,
  durationMs: 1,
  controls: [],
  scenarios: [],
});

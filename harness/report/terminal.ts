import type { JudgedRun, Report, RunResult } from '../core/report.js';
import { evidenceLines } from './evidence.js';
import { controlTable, details, overview } from './markdown.js';
import { noteLines } from './programs.js';

const verdicts: Record<RunResult, string> = {
  valid: 'All guarantees held.',
  invalid: 'A guarantee was violated.',
  unknown: 'Inconclusive: too little happened, or a check could not be made, so nothing is proved.',
  blind: 'A planted bug was not found: the harness is blind, and a green result would mean nothing.',
  interrupted: 'Interrupted: what is reported is what had been finished.',
};

/** What a person reads when a run is over. @param out where the files are */
export function toTerminal(report: Report, out: string): string {
  const { result, scenarios, controls, leftOut = [], seed, durationMs } = report;
  return [
    ...(controls.length > 0 ? [controlTable(report)] : []),
    overview(scenarios),
    ...evidenceLines(scenarios),
    ...noteLines(scenarios),
    ...leftOut.map((reason) => `Left out: ${reason}.`),
    ...scenarios.flatMap(details),
    `${verdicts[result]} Seed ${seed}, ${(durationMs / 1000).toFixed(1)} s. Report: ${out}`,
  ].join('\n\n');
}

/** The same for histories that are judged again. */
export function describeRuns(runs: readonly JudgedRun[]): string {
  return [overview(runs), ...evidenceLines(runs), ...noteLines(runs), ...runs.flatMap(details)].join('\n\n');
}

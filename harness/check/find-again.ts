import path from 'node:path';
import type { JudgedRun, Report, ScenarioReport } from '../core/report.js';
import { resultOf } from '../core/result-of.js';
import { FindingsFile } from './findings-file.js';
import { judgeHistory } from './judge-history.js';
import { runStarts } from './run-starts.js';

/** The names of the files beside a report. */
export const [historyName, findingsName] = ['history.jsonl', 'findings.jsonl'];

/** Judges a history and writes all that is found to a file, in the place of what is there. @returns the runs, in order */
export async function findAgain(history: string, findings: string): Promise<JudgedRun[]> {
  return FindingsFile.into(findings, (onRun) => judgeHistory(history, 0, undefined, onRun));
}

/**
 * Judges the history beside a report again, which may be of an older version, and writes `findings.jsonl` there.
 * @param out the directory of the report, with its history
 * @returns the report, in which each run that is in the history is as it was judged now, and says where its findings are
 */
export async function judgeReportAgain(report: Report, out: string): Promise<Report> {
  const history = path.join(out, historyName);
  const starts = runStarts(history);
  const judged = await findAgain(history, path.join(out, findingsName));
  const again = <T extends ScenarioReport>(old: T): T => {
    const run = placeOf(old, judged, starts);
    const found = judged[run];
    if (found === undefined) return old;
    return {
      ...old,
      ...found,
      files: { history: historyName, findings: findingsName, run, start: starts[run] ?? 0 },
    };
  };
  const controls = report.controls
    .map(again)
    .map((control) => ({ ...control, found: control.counts[control.mustFind] > 0 }));
  const scenarios = report.scenarios.map(again);
  // What the runs do not explain is that something was not played.
  const isIncomplete = report.result !== resultOf(report.controls, report.scenarios, { isIncomplete: false });
  const isInterrupted = report.result === 'interrupted';
  return {
    ...report,
    result: resultOf(controls, scenarios, { isIncomplete, isInterrupted }),
    controls,
    scenarios,
  };
}

/**
 * Which of the runs in a history a report tells of: the one that it names, or, in a report of an older version, the last that is like it.
 * A planted bug and a scenario may have all in common but that, and in a merged history each shard has played the planted bugs.
 */
function placeOf(old: ScenarioReport, judged: readonly JudgedRun[], starts: readonly number[]): number {
  const isIt = ({ scenario, target, seed, repetition = 1, mustFind }: JudgedRun) =>
    scenario === old.scenario &&
    target === old.target &&
    seed === old.seed &&
    repetition === (old.repetition ?? 1) &&
    mustFind === old.mustFind;
  const { run = -1, start } = old.files ?? {};
  const named = judged[run];
  if (named !== undefined && starts[run] === start && isIt(named)) return run;
  return judged.findLastIndex(isIt);
}

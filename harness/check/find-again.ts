import path from 'node:path';
import type { JudgedRun, Report, ScenarioReport } from '../core/report.js';
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
    const isIt = ({ scenario, target, seed }: JudgedRun) =>
      scenario === old.scenario && target === old.target && seed === old.seed;
    const run = judged.findLastIndex(isIt);
    const found = judged[run];
    if (found === undefined) return old;
    const files = { history: historyName, findings: findingsName, run, start: starts[run] ?? 0 };
    return { ...old, ...found, files };
  };
  return { ...report, controls: report.controls.map(again), scenarios: report.scenarios.map(again) };
}

import { judge } from '../checkers/index.js';
import type { Counts, JudgedRun } from '../core/report.js';
import type { Finding } from '../core/verdict.js';
import { type Inspector, readRuns } from '../history/read.js';
import { type Run, toRun } from '../history/run.js';
import { toViolation } from '../report/timeline.js';
import { someOfEachKind } from './some-of-each-kind.js';

/**
 * Judges the runs of a history file. Nothing but the file speaks here, so what was judged once can be
 * judged again, by a later checker or on another machine.
 * @param start the byte at which to begin
 * @param inspector looks at each event as it is read
 * @param onRun is given each run, and what was judged of it
 */
export async function judgeHistory(
  file: string,
  start = 0,
  inspector?: Inspector,
  onRun?: (judged: JudgedRun, run: Run) => void,
): Promise<JudgedRun[]> {
  const judged: JudgedRun[] = [];
  for await (const events of readRuns(file, start, inspector)) {
    const run = toRun(events);
    const { scenario, target, seed, repetition, mustFind, runtime = 'node', evidence, program } = run.header;
    const { findings, ...judgement } = judge(run);
    const one: JudgedRun = {
      scenario,
      target,
      executor: 'stress',
      runtime,
      seed,
      ...(repetition === undefined ? {} : { repetition }),
      ...(mustFind === undefined ? {} : { mustFind: mustFind as keyof Counts }),
      schedule: null,
      ...(evidence === undefined || evidence.of === 'file' ? {} : { evidence }),
      ...(program === undefined ? {} : { program }),
      ...judgement,
      violations: someOfEachKind(onePerCause(findings)).map((finding) => toViolation(run, finding)),
    };
    judged.push(one);
    onRun?.(one, run);
  }
  return judged;
}

/** One careless write can erase a hundred others: the first of them says it all. */
function onePerCause(findings: readonly Finding[]): Finding[] {
  const causes = new Map<string, Finding>();
  for (const finding of findings) {
    const cause = `${finding.kind} ${finding.operations.at(-1)}`;
    if (!causes.has(cause)) causes.set(cause, finding);
  }
  return [...causes.values()];
}

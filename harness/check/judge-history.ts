import { judge } from '../checkers/index.js';
import { type JudgedRun, violationsMax } from '../core/report.js';
import type { Finding } from '../core/verdict.js';
import { type Inspector, readRuns } from '../history/read.js';
import { toRun } from '../history/run.js';
import { toViolation } from '../report/timeline.js';

/**
 * Judges the runs of a history file. Nothing but the file speaks here, so what was judged once can be
 * judged again, by a later checker or on another machine.
 * @param start the byte at which to begin
 * @param inspector looks at each event as it is read
 */
export async function judgeHistory(file: string, start = 0, inspector?: Inspector): Promise<JudgedRun[]> {
  const judged: JudgedRun[] = [];
  for await (const events of readRuns(file, start, inspector)) {
    const run = toRun(events);
    const { scenario, target, seed, runtime = 'node', evidence, program } = run.header;
    const { findings, ...judgement } = judge(run);
    judged.push({
      scenario,
      target,
      executor: 'stress',
      runtime,
      seed,
      schedule: null,
      ...(evidence === undefined || evidence.of === 'file' ? {} : { evidence }),
      ...(program === undefined ? {} : { program }),
      ...judgement,
      violations: onePerCause(findings)
        .slice(0, violationsMax)
        .map((finding) => toViolation(run, finding)),
    });
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

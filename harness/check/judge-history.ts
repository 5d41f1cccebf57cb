import { judge } from '../checkers/index.js';
import type { JudgedRun } from '../core/report.js';
import type { Finding } from '../core/verdict.js';
import { type Inspector, readEvents } from '../history/read.js';
import type { Run } from '../history/run.js';
import { RunBuilder } from '../history/run-builder.js';
import { toViolation } from '../report/timeline.js';
import { someOfEachKind } from './some-of-each-kind.js';

/** Takes all findings of a run, the worst first. @param run its number, from where the reading began: 0 for the first */
export type OnFindings = (findings: readonly Finding[], run: number) => void;

/**
 * Judges the runs of a history file. Nothing but the file speaks here, so what was judged once can be
 * judged again, by a later checker or on another machine.
 * @param start the byte at which to begin
 * @param inspector looks at each event as it is read
 * @param onFindings takes all that is found: a report names some of it
 */
export async function judgeHistory(
  file: string,
  start = 0,
  inspector?: Inspector,
  onFindings?: OnFindings,
): Promise<JudgedRun[]> {
  const judged: JudgedRun[] = [];
  for await (const run of buildRuns(file, start, inspector)) {
    const begun = performance.now();
    const { scenario, target, seed, runtime = 'node', evidence, program } = run.header;
    const { title, why, planned } = run.header;
    const { findings, ...judgement } = judge(run);
    const told = performance.now();
    onFindings?.(findings, judged.length);
    judged.push({
      scenario,
      target,
      executor: 'stress',
      runtime,
      seed,
      schedule: null,
      ...(evidence === undefined || evidence.of === 'file' ? {} : { evidence }),
      ...(program === undefined ? {} : { program }),
      ...(title === undefined ? {} : { title }),
      ...(why === undefined ? {} : { why }),
      ...(planned === undefined ? {} : { planned }),
      ...judgement,
      violations: someOfEachKind(onePerCause(findings)).map((finding) => toViolation(run, finding)),
      judgeMs: Math.round(told - begun),
      reportMs: Math.round(performance.now() - told),
    });
  }
  return judged;
}

/** The runs of a file, each of which is built while it is read. */
async function* buildRuns(file: string, start: number, inspector?: Inspector): AsyncGenerator<Run> {
  let builder: RunBuilder | undefined;
  for await (const events of readEvents(file, start, inspector)) {
    for (const event of events) {
      if (event.type === 'run' && builder) {
        yield builder.finish();
        builder = undefined;
      }
      builder ??= new RunBuilder();
      builder.add(event);
    }
  }
  if (builder) yield builder.finish();
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

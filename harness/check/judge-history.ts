import { judge } from '../checkers/index.js';
import type { Counts, JudgedRun } from '../core/report.js';
import type { Finding } from '../core/verdict.js';
import { type Inspector, readEvents } from '../history/read.js';
import type { Run } from '../history/run.js';
import { RunBuilder } from '../history/run-builder.js';
import { toViolation } from '../report/timeline.js';
import { collectGarbage } from './collect-garbage.js';
import { someOfEachKind } from './some-of-each-kind.js';
import { WellFormed } from './well-formed.js';

/** Of so many operations, what is read and thrown away again would be the most that judging takes. */
const longMin = 500_000;

/** Takes what was judged of a run. */
export type OnRun = (one: {
  judged: JudgedRun;
  run: Run;
  /** All of them, the worst first. */
  findings: readonly Finding[];
  /** Of the run, from where the reading began: 0 for the first. */
  number: number;
}) => void;

/**
 * Judges the runs of a history file. Nothing but the file speaks here, so what was judged once can be
 * judged again, by a later checker or on another machine.
 * @param start the byte at which to begin
 * @param inspector looks at each event as it is read. Default: refuses what is no history
 * @param onRun is given each run, what was judged of it, and all that was found: a report names some of it
 */
export async function judgeHistory(
  file: string,
  start = 0,
  inspector: Inspector = new WellFormed(),
  onRun?: OnRun,
): Promise<JudgedRun[]> {
  const judged: JudgedRun[] = [];
  let isAnyLong = false;
  const runs = buildRuns(file, start, inspector);
  for (;;) {
    // A variable of this loop would hold a run while the next one is read.
    const next = await judgeNext(runs, judged.length, onRun);
    if (next === undefined) break;
    isAnyLong ||= next.isLong;
    judged.push(next.one);
  }
  // A page comes next, and reads the history once more.
  if (isAnyLong) collectGarbage();
  return judged;
}

/** @returns undefined after the last run */
async function judgeNext(
  runs: AsyncGenerator<Run>,
  number: number,
  onRun: OnRun | undefined,
): Promise<{ one: JudgedRun; isLong: boolean } | undefined> {
  const { done, value: run } = await runs.next();
  if (done) return undefined;
  const isLong = run.operations.length >= longMin;
  const begun = performance.now();
  const { scenario, target, seed, repetition, mustFind, runtime = 'node', evidence, program } = run.header;
  const { title, why, planned } = run.header;
  const { findings, ...judgement } = judge(run, isLong ? collectGarbage : undefined);
  const told = performance.now();
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
    ...(title === undefined ? {} : { title }),
    ...(why === undefined ? {} : { why }),
    ...(planned === undefined ? {} : { planned }),
    ...judgement,
    violations: someOfEachKind(onePerCause(findings)).map((finding) => toViolation(run, finding)),
    judgeMs: Math.round(told - begun),
    reportMs: Math.round(performance.now() - told),
  };
  onRun?.({ judged: one, run, findings, number });
  return { one, isLong };
}

/** The runs of a file, each of which is built while it is read. */
async function* buildRuns(file: string, start: number, inspector: Inspector): AsyncGenerator<Run> {
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

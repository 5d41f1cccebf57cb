import { describeEraser, type ToSource, toRows } from '../evidence/explain.js';
import type { Replayed } from '../evidence/exploration.js';
import { firstDifference, type Pools } from '../evidence/investigate.js';
import type { ExecutionOptions } from '../execution/executed.js';
import { callsOf } from '../execution/lines-of-calls.js';
import { parseSchedule } from '../schedule/action.js';
import { parseProgram } from '../schedule/program.js';
import type { ExecutorName } from '../search/explore-options.js';
import { follow } from '../search/search.js';
import type { ReplayTask } from './thread.js';

/** The first runs are as real as can be; of a hundred, most may be quick. */
const freshTimes = 2;

/**
 * Runs a schedule again. On the target that it was found on, it must lead to the same calls and the same end; on another one,
 * whose calls are others, it is followed as far as that is possible.
 */
export function replay(
  pools: Pools,
  { file, times, lenient }: Omit<ReplayTask, 'kind'>,
  label: string,
  toSource: ToSource,
  executor: ExecutorName,
): Replayed {
  const options: ExecutionOptions = {
    program: parseProgram(file.program),
    ...(file.command ? { command: file.command } : {}),
    faults: file.faults,
    seed: file.seed,
    label,
    ...(file.conditions ? { conditions: file.conditions } : {}),
    details: true,
    killsForReal: true,
    skipsKnownAudits: false,
  };
  const actions = parseSchedule(file.schedule);
  let same = 0;
  let divergence: string | undefined;
  let last: ReturnType<typeof follow>;
  for (let time = 0; time < times; time++) {
    const isFresh = time < freshTimes;
    const pool = isFresh ? pools.fresh : pools.quick;
    const done = follow(pool, { ...options, details: isFresh, killsForReal: isFresh }, actions, lenient);
    if (isFresh) last = done ?? last;
    const difference = done
      ? firstDifference(file.calls, callsOf(done))
      : 'a step of the schedule is not possible';
    if (difference !== undefined && !lenient) divergence ??= difference;
    else if (lenient || done?.failure?.kind === file.kind) same++;
  }
  const failure = last?.failure;
  return {
    file,
    target: label,
    executor,
    result: divergence !== undefined ? 'unknown' : failure ? 'invalid' : 'valid',
    same,
    of: times,
    ...(divergence === undefined ? {} : { divergence }),
    ...(failure ? { kind: failure.kind, sentence: failure.sentence } : {}),
    rows: last ? toRows(last, toSource) : [],
    eraser: last && failure ? describeEraser(last, failure) : undefined,
  };
}

import type { Finding } from '../core/verdict.js';
import { Floats } from '../history/column.js';
import type { Operation, Run } from '../history/run.js';
import { inMs } from '../history/words.js';
import { findPauses } from './lost-update/pauses.js';
import { isMutation } from './lost-update/registers.js';

/** Fewer than these is the luck of a scheduler. */
const overtakesMin = 1000;

/**
 * G7: no client waits while all others are served. A call is starved if writes that were called after it were acknowledged before
 * it returned, a thousand of them and more than half of the run's. While any process is stopped by a fault no wait counts: a server
 * that stands still keeps its clients waiting.
 */
export function checkStarvation(run: Run): Finding[] {
  const begins = new Floats();
  const ends = new Floats();
  for (const operation of run.operations) {
    if (operation.outcome !== 'ok' || operation.foreign || !isMutation(operation)) continue;
    begins.push(operation.begin);
    ends.push(operation.end);
  }
  const least = Math.max(overtakesMin, begins.length / 2);
  if (begins.length < least) return [];
  begins.sort();
  ends.sort();
  const wasPaused = pausesOfAnybody(run);

  return run.operations.flatMap((operation) => {
    const { id, action, key, begin, end, outcome, foreign } = operation;
    if (foreign || outcome === 'unknown') return [];
    // Those that ended before it did, less all that began no later than it: at least so many did both in between.
    const overtakes = ends.countBelow(end) - begins.countBelow(begin, true);
    if (overtakes < least || wasPaused(operation)) return [];
    const call = key === undefined ? action : `${action} "${key}"`;
    return {
      guarantee: 'G7',
      kind: 'starved',
      sentence: `${id} (${call}), called at ${inMs(begin)}, returned at ${inMs(end)}, after ${overtakes} of ${begins.length} writes that were called later`,
      ...(key === undefined ? {} : { key }),
      operations: [id],
      from: begin,
      to: end,
    };
  });
}

function pausesOfAnybody(run: Run): (operation: Operation) => boolean {
  const wasPaused = findPauses(run);
  const paused = run.faults.filter(({ fault, phase }) => fault === 'pause' && phase === 'begin');
  return function overlapsPause(operation) {
    const { begin, end } = operation;
    return paused.some(({ process = operation.process, client = operation.client }) =>
      wasPaused({ client, process, begin, end }),
    );
  };
}

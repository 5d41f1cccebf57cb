import type { FaultEvent } from '../../history/events.js';
import type { Operation, Run } from '../../history/run.js';

/** Tells whether the process of an operation was stopped for a while during it. */
export function findPauses(
  run: Run,
): (operation: Pick<Operation, 'client' | 'process' | 'begin' | 'end'>) => boolean {
  const pauses = run.faults.filter(({ fault }) => fault === 'pause').toSorted((a, b) => a.time - b.time);
  const intervals = pauses.flatMap((begin, index) => {
    if (begin.phase !== 'begin') return [];
    const over = pauses.slice(index + 1).find((end) => end.phase === 'end' && isOfSame(begin, end));
    return [{ pause: begin, end: over?.time ?? Number.POSITIVE_INFINITY }];
  });
  return function wasPaused(operation) {
    return intervals.some(
      ({ pause, end }) => isOfSame(pause, operation) && pause.time <= operation.end && operation.begin <= end,
    );
  };
}

/** By process where both have one, for a client has several in its life. */
function isOfSame(pause: FaultEvent, other: { process?: number; client?: string }): boolean {
  if (pause.process !== undefined && other.process !== undefined) return pause.process === other.process;
  return pause.client !== undefined && pause.client === other.client;
}

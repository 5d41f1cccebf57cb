import type { HistoryEvent } from '../../history/events.js';

/**
 * What of a history is still evidence after a power loss. A state that was read before it was acknowledged may be gone, so what was
 * read says nothing of what has to be there: that what was read was right is judged in the execution without the loss. What was
 * acknowledged has to be there.
 */
export function afterPowerLoss(events: readonly HistoryEvent[]): HistoryEvent[] {
  const reads = readsIn(events);
  const isRepaired = hasRepaired(events);
  return events.filter((event) => {
    if (event.type === 'file') return false;
    if (event.type === 'fault' && event.fault === 'corrupt') return !isRepaired;
    return !('op' in event && event.op !== undefined && event.type !== 'token' && reads.has(event.op));
  });
}

/** Operations that have changed nothing, or not by themselves. */
function readsIn(events: readonly HistoryEvent[]): ReadonlySet<string> {
  const reads = new Set<string>();
  for (const event of events) {
    if (event.type === 'invoke' && (event.action === 'get' || event.action === 'all')) reads.add(event.op);
    // It was given what another one had got.
    const isGiven = event.type === 'ok' && typeof event.result === 'string' && event.result !== event.op;
    if (isGiven) reads.add(event.op);
  }
  return reads;
}

/** A change was begun after the last damage, and acknowledged: so the file was whole, and durable. */
function hasRepaired(events: readonly HistoryEvent[]): boolean {
  const damaged = events.findLastIndex((event) => event.type === 'fault' && event.fault === 'corrupt');
  if (damaged < 0) return false;
  const reads = readsIn(events);
  const later = events.slice(damaged);
  const begun = new Set(later.flatMap((event) => (event.type === 'invoke' ? [event.op] : [])));
  return later.some((event) => event.type === 'ok' && begun.has(event.op) && !reads.has(event.op));
}

import type { HistoryEvent, ValueId } from '../../history/events.js';

/** The last answer that the fresh process got, or why it got none. */
export function lastAnswer(events: readonly HistoryEvent[]): Record<string, ValueId> | string | undefined {
  const isItsAll = (op: string) =>
    events.some((event) => event.type === 'invoke' && event.op === op && event.action === 'all');
  const last = events.findLast(
    (event) =>
      (event.type === 'ok' || event.type === 'fail') && /^audit\d*\./.test(event.op) && isItsAll(event.op),
  );
  if (last?.type === 'fail') return `all() failed: ${last.error}`;
  return last?.type === 'ok' && typeof last.result === 'object' ? (last.result ?? undefined) : undefined;
}

import type { HistoryEvent } from '../../history/events.js';

/** Between two steps there is room for so many events. */
export const stepNs = 1_000_000;

/** The end of a history: what happened after a moment. */
export interface Sequel {
  /** The moment. */
  step: number;
  /** Which version of the file there was. */
  version: number;
  events: readonly HistoryEvent[];
}

/** The same event after another moment. @param ns so much later @param versions so many versions of the file more */
export function later(event: HistoryEvent, ns: number, versions: number): HistoryEvent {
  if (event.type === 'file') {
    const { time, until, version } = event;
    return { ...event, time: time + ns, until: until + ns, version: version + versions };
  }
  return 'time' in event ? { ...event, time: event.time + ns } : event;
}

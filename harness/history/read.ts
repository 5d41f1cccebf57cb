import { UsageError } from '../../src/cli/usage-error.js';
import type { HistoryEvent } from './events.js';
import { readChunks } from './lines.js';

/**
 * Reads a history file run by run: a `run` event opens each.
 * @param start the byte at which to begin
 * @throws UsageError naming the line that is not an event
 */
export async function* readRuns(
  file: string,
  start = 0,
  inspector?: Inspector,
): AsyncGenerator<HistoryEvent[]> {
  let run: HistoryEvent[] = [];
  for await (const events of readEvents(file, start, inspector)) {
    for (const event of events) {
      if (event.type === 'run' && run.length > 0) {
        yield run;
        run = [];
      }
      run.push(event);
    }
  }
  if (run.length > 0) yield run;
}

/** Looks at each event while a file is read. */
export interface Inspector {
  /** @param place `history.jsonl:12` @throws UsageError if the event makes no sense */
  add(event: HistoryEvent, place: string): void;
  /** The file ends in the middle of this line. */
  cut(line: number): void;
  /** All has been read: what was kept only to look at more may go. */
  readToEnd(): void;
}

/**
 * Reads a history file without holding it whole. A last line that was cut, as a writer that was killed leaves it, is
 * passed over: so the run has no end, which makes it an interrupted one.
 * @returns the events in order, some thousands at a time
 * @throws UsageError naming the line that is not an event
 */
export async function* readEvents(
  file: string,
  start = 0,
  inspector?: Inspector,
): AsyncGenerator<HistoryEvent[]> {
  let number = 0;
  for await (const { lines, isCut } of readChunks(file, start)) {
    const events: HistoryEvent[] = [];
    for (const line of lines) {
      number++;
      if (line === '' || line === '\r') continue;
      const event = parseEvent(line);
      const place = `${file}:${number}`;
      if (event) {
        inspector?.add(event, place);
        events.push(event);
      } else if (isCut && number > 1) {
        inspector?.cut(number);
      } else {
        throw new UsageError(
          `${place} is not an event of a history`,
          'expected one JSON object with a "type" a line',
        );
      }
    }
    yield events;
  }
  inspector?.readToEnd();
}

function parseEvent(line: string): HistoryEvent | undefined {
  try {
    const event: unknown = JSON.parse(line);
    if (typeof event === 'object' && event !== null && 'type' in event) return event as HistoryEvent;
  } catch {
    // The caller says where.
  }
  return undefined;
}

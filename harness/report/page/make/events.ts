import type { HistoryEvent } from '../../../history/events.js';
import { readChunks } from '../../../history/lines.js';

/** The begin or the end of an operation, by what most of its line says. The rest is parsed only where a picture shows it. */
export interface Brief {
  type: 'invoke' | 'ok' | 'fail' | 'unknown';
  time: number;
  op: string;
  client: string;
  action: string;
  line: string;
}

const brief =
  /^\{"type":"(invoke|ok|fail|unknown)","time":(\d+),"op":"([^"\\]+)"(?:,"client":"([^"\\]+)","process":\d+,"action":"(\w+)")?/;

/**
 * Reads the events of one run. Most lines are begins and ends of operations, of which an overview needs four fields: to parse all of a
 * line would take most of the time.
 * @param start the byte at which the run begins, or one before it
 * @param isIt tells the run from others of the file
 */
export async function* readRunEvents(
  file: string,
  start: number,
  isIt: (header: Extract<HistoryEvent, { type: 'run' }>) => boolean,
): AsyncGenerator<(Brief | HistoryEvent)[]> {
  let isInside = false;
  for await (const { lines } of readChunks(file, start)) {
    const events: (Brief | HistoryEvent)[] = [];
    for (const line of lines) {
      if (line.startsWith('{"type":"run"')) {
        if (isInside) {
          yield events;
          return;
        }
        const header = parse(line);
        isInside = header?.type === 'run' && isIt(header);
      }
      if (!isInside || line === '') continue;
      const [, type, time, op = '', client = '', action = ''] = brief.exec(line) ?? [];
      if (type !== undefined && (type !== 'invoke' || action !== '')) {
        events.push({ type: type as Brief['type'], time: Number(time), op, client, action, line });
        continue;
      }
      const event = parse(line);
      if (event !== undefined) events.push(event);
    }
    yield events;
  }
}

/** @returns undefined for a line that was cut, or is no event */
export function parse(line: string): HistoryEvent | undefined {
  try {
    const event: unknown = JSON.parse(line);
    return typeof event === 'object' && event !== null && 'type' in event
      ? (event as HistoryEvent)
      : undefined;
  } catch {
    return undefined;
  }
}

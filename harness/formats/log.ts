import { UsageError } from '../../src/cli/usage-error.js';
import type { LineTally } from '../core/model-report.js';
import { ColumnsReader } from './columns.js';
import { FormSplitter } from './edn-forms.js';
import { readEdnMap } from './edn-maps.js';
import type { Entry, LogEvent } from './log-event.js';

/** How a log of others is laid out: `jepsen` in columns, a line an event; `maelstrom` in EDN, a map an event. */
export type LogFormat = 'jepsen' | 'maelstrom';

export interface Log {
  events: (LogEvent & { line: number })[];
  tally: LineTally;
}

/** Lines in order, and whether the last of them has no end. */
type Lines = AsyncIterable<{ line: string; isCut: boolean }>;

/**
 * @param place what the file is called in errors
 * @throws UsageError naming the line that is broken, unless it is a last one that was cut
 */
export async function readLog(lines: Lines, format: LogFormat, place: string): Promise<Log> {
  const log = new LogBuilder(place, format === 'jepsen' ? 'line' : 'value');
  await (format === 'jepsen' ? readColumns(lines, log) : readForms(lines, log));
  return { events: log.events, tally: log.tally };
}

async function readColumns(lines: Lines, log: LogBuilder): Promise<void> {
  const reader = new ColumnsReader();
  const strays: number[] = [];
  let number = 0;
  for await (const { line, isCut } of lines) {
    number++;
    if (line.trim() === '') continue;
    const isStray = log.add(() => reader.read(line, isCut), number, isCut) === 'stray';
    if (isStray) strays.push(number);
  }
  if (reader.isLog) log.tally.other += strays.length;
  else log.unread(strays);
}

async function readForms(lines: Lines, log: LogBuilder): Promise<void> {
  const splitter = new FormSplitter();
  let number = 0;
  for await (const { line } of lines) {
    number++;
    const forms = log.orRefuse(() => splitter.add(line, number), number);
    for (const { text, line: begin } of forms) log.add(() => readEdnMap(text), begin, false);
  }
  if (splitter.isUnfinished() || splitter.isInVector()) log.tally.cut = number;
}

class LogBuilder {
  readonly events: Log['events'] = [];
  readonly tally: LineTally;

  constructor(
    private readonly place: string,
    unit: LineTally['unit'],
  ) {
    this.tally = { unit, all: 0, operations: 0, nemesis: 0, other: 0, unread: 0 };
  }

  add(read: () => Entry | 'stray', line: number, isCut: boolean): Entry | 'stray' | undefined {
    const { tally } = this;
    const entry = isCut ? orUndefined(read) : this.orRefuse(read, line);
    tally.all++;
    // Half an operation, or too little of a line to say what it would have been.
    if (entry === undefined || (isCut && (entry === 'unread' || entry === 'stray'))) {
      tally.cut = line;
      return undefined;
    }
    if (entry === 'unread') this.unread([line]);
    else if (entry === 'nemesis' || entry === 'other') tally[entry]++;
    else if (typeof entry !== 'string') {
      tally.operations++;
      this.events.push({ ...entry, line });
    }
    return entry;
  }

  unread(lines: readonly number[]): void {
    const { tally } = this;
    tally.unread += lines.length;
    const first = Math.min(...lines.slice(0, 1), tally.firstUnread ?? Number.POSITIVE_INFINITY);
    if (Number.isFinite(first)) tally.firstUnread = first;
  }

  orRefuse<T>(read: () => T, line: number): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new UsageError(`${this.place}:${line} can't be read: ${error.message}`);
    }
  }
}

function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

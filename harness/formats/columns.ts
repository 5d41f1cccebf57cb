import { type Edn, parseFirstEdn } from './edn.js';
import { type Entry, isType } from './log-event.js';

/** `3<TAB>:ok<TAB>:cas<TAB>[4 2]`, and what was wrong as a fifth column. What the nemesis does has a keyword for its process. */
const columns = /^(\d+|:\S+)\s+:(invoke|ok|fail|info)\s+:?(\S+)(?:\s+(.*))?$/;

/**
 * What logback puts before it: `INFO  jepsen.util - ` at first, then `INFO [2017-03-30 15:28:17,423] jepsen worker 2 - jepsen.util `,
 * since 2021 `2021-02-26 23:39:01,300{GMT}<TAB>INFO<TAB>[jepsen worker 1] jepsen.util: `, and `jepsen.print` since 2026.
 */
const logger = /\bjepsen\.(?:util|print)\s*[-:]?\s+(\S.*)$/;

/** Any process, type and operation in a row, wherever they stand. */
const lookAlike = /\d+\s+:(?:invoke|ok|fail|info)\s+:\S/;

/** Reads the lines of a `history.txt` or a `jepsen.log`, in order. */
export class ColumnsReader {
  /**
   * A log is mostly about other things. In a plain history every line is an operation, or goes on with the error of the line
   * before.
   */
  isLog = false;
  private goesOn = false;

  /** @returns `stray` for a line that is about something else in a log, and could not be read in a plain history */
  read(line: string, isCut: boolean): Entry | 'stray' {
    const text = messageOf(line.trim());
    const [, logged] = logger.exec(text) ?? [];
    const found = columns.exec(text) ?? (logged === undefined ? null : columns.exec(logged));
    if (!found) {
      if (lookAlike.test(text) || logged?.includes('\t:')) return 'unread';
      return this.goesOn || /^[;#]/.test(text) ? 'other' : 'stray';
    }
    if (logged !== undefined) this.isLog = true;
    const [, process = '', type, f = '', rest = ''] = found;
    // Every line ends in a value: without one the name of the operation may be half of it.
    if (!isType(type) || (isCut && rest === '')) return 'unread';
    if (process.startsWith(':')) return 'nemesis';
    // An error may have several lines; in its stead, as in old logs, or beside it the value says nothing.
    this.goesOn = type === 'fail' || type === 'info';
    const value = this.goesOn ? null : firstValue(rest);
    return { process, type, f, key: undefined, value, index: undefined };
  }
}

/** An error may follow in the next column. */
function firstValue(rest: string): Edn {
  return rest.trim() === '' ? null : parseFirstEdn(rest).value;
}

/** A log that is written as JSON has the line as its message. */
function messageOf(line: string): string {
  if (!line.startsWith('{"')) return line;
  try {
    const { message } = JSON.parse(line);
    return typeof message === 'string' ? message : line;
  } catch {
    return line;
  }
}

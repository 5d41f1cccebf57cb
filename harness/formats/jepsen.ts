import { parseEdn } from './edn.js';
import { isType, type LogEvent } from './log-event.js';

/** `INFO  jepsen.util - 3<TAB>:ok<TAB>:cas<TAB>[4 2]`; a process is a number, so what the nemesis does is passed over. */
const pattern = /\bjepsen\.util\s+(?:-\s+)?(\d+)\s+:(\w+)\s+:(\S+)\s+(.*)$/;

/** A line of `jepsen.log`. Others of the log, which has much to say, are about something else. */
export function readJepsenLine(line: string): LogEvent | undefined {
  const [, process = '', type, f = '', value = ''] = pattern.exec(line) ?? [];
  return isType(type) ? { process, type, f, key: undefined, value: parseEdn(value) } : undefined;
}

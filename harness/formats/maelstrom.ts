import { type Edn, entry, Keyword, parseEdn } from './edn.js';
import { isType, type LogEvent } from './log-event.js';

/** A line of a history in EDN: `{:process 0, :type :ok, :f :append, :key "4", :value "x 0 1 y"}`. */
export function readEdnLine(line: string): LogEvent | undefined {
  if (/^\s*(;|$)/.test(line)) return undefined;
  const map = parseEdn(line);
  const process = entry(map, 'process');
  // What the nemesis does has a keyword for its process.
  if (process instanceof Keyword) return undefined;
  const type = nameOf(entry(map, 'type'));
  const f = nameOf(entry(map, 'f'));
  if (!isType(type) || f === undefined || process === undefined) {
    throw new SyntaxError('expected a map with :process, :type (:invoke, :ok, :fail or :info) and :f');
  }
  const key = entry(map, 'key');
  return {
    process: String(process),
    type,
    f,
    key: key == null ? undefined : String(key),
    value: entry(map, 'value') ?? null,
  };
}

function nameOf(value: Edn | undefined): string | undefined {
  return value instanceof Keyword ? value.name : undefined;
}

import { type Edn, entry, Keyword, parseEdn } from './edn.js';
import { type Entry, isType, keyName } from './log-event.js';

/**
 * An event of a history in EDN, `{:process 0, :type :ok, :f :append, :key "4", :value "x 0 1 y"}`, with or without :index, :time,
 * :error and the tag of Jepsen's record.
 * @throws SyntaxError if it is broken
 */
export function readEdnMap(text: string): Entry {
  const map = parseEdn(text);
  const process = entry(map, 'process');
  // What the nemesis does has a keyword for its process.
  if (process instanceof Keyword) return 'nemesis';
  const type = nameOf(entry(map, 'type'));
  const f = nameOf(entry(map, 'f'));
  if (process === undefined && type === undefined) return 'unread';
  if (!isType(type) || f === undefined || typeof process !== 'number') {
    throw new SyntaxError('expected a map with :process, :type (:invoke, :ok, :fail or :info) and :f');
  }
  const key = entry(map, 'key') ?? null;
  const index = entry(map, 'index');
  return {
    process: String(process),
    type,
    f,
    key: key === null ? undefined : typeof key === 'string' ? key : keyName(key),
    value: entry(map, 'value') ?? null,
    index: typeof index === 'number' ? index : undefined,
  };
}

function nameOf(value: Edn | undefined): string | undefined {
  return value instanceof Keyword ? value.name : undefined;
}

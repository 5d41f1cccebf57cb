/** One event of a history, before it is written in some layout. The values are EDN. */
export interface Written {
  process: number;
  type: 'invoke' | 'ok' | 'fail' | 'info';
  f: string;
  value: string;
  error?: string;
}

const columns = ({ process, type, f, value, error }: Written) =>
  [process, `:${type}`, `:${f}`, value, ...(error === undefined ? [] : [error])].join('\t');
const fields = ({ process, type, f, value, error }: Written) =>
  `:process ${process}, :type :${type}, :f :${f}, :value ${value}${error === undefined ? '' : `, :error ${error}`}`;
const lines = (written: readonly string[], end = '\n') => written.map((line) => line + end).join('');
const logged = (prefix: string) => (events: readonly Written[]) =>
  lines(events.map((event) => prefix + columns(event)));

/** The layouts in which Jepsen, Maelstrom and Knossos have written histories, by where they are found. */
export const layouts: Readonly<Record<string, (events: readonly Written[]) => string>> = {
  'history.txt': (events) => lines(events.map(columns)),
  'history.txt with CRLF': (events) => lines(events.map(columns), '\r\n'),
  'history.txt without a last newline': (events) => lines(events.map(columns)).trimEnd(),
  'jepsen.log, 2015': logged('INFO  jepsen.util - '),
  'jepsen.log, 2017': logged('INFO [2017-03-30 15:28:17,423] jepsen worker 2 - jepsen.util '),
  'jepsen.log, 2021': logged('2021-02-26 23:39:01,300{GMT}\tINFO\t[jepsen worker 1] jepsen.util: '),
  'jepsen.log, 2026': logged('2026-04-02 10:11:12,131{GMT}\tINFO\t[jepsen worker 1] jepsen.print: '),
  'console, 2026': logged('INFO\t[jepsen worker 1] jepsen.print: '),
  'jepsen.log with CRLF': (events) =>
    lines(
      events.map((event) => `INFO  jepsen.util - ${columns(event)}`),
      '\r\n',
    ),
  'jepsen.log as JSON': (events) =>
    lines(
      events.map((event) =>
        JSON.stringify({ level: 'INFO', logger_name: 'jepsen.util', message: columns(event) }),
      ),
    ),
  'jepsen.log among other lines': (events) =>
    lines(
      events.flatMap((event, at) => [
        '2021-02-26 23:39:01,300{GMT}\tINFO\t[jepsen node n1] jepsen.control.util: downloading',
        `2021-02-26 23:39:01,300{GMT}\tINFO\t[jepsen worker 1] jepsen.util: ${columns(event)}`,
        ...(at % 2 === 0
          ? ['java.net.SocketTimeoutException: Read timed out', '\tat java.base/java.net.X.y(X.java:1)']
          : []),
        '2021-02-26 23:39:01,300{GMT}\tINFO\t[jepsen nemesis] jepsen.util: :nemesis\t:info\t:start\tnil',
      ]),
    ),
  'history.edn': (events) => lines(events.map((event) => `{${fields(event)}}`)),
  'history.edn with times and indices': (events) =>
    lines(events.map((event, at) => `{${fields(event)}, :time ${at * 1000}, :index ${at}}`)),
  'history.edn of records': (events) =>
    lines(events.map((event, at) => `#jepsen.history.Op{:index ${at}, :time ${at}, ${fields(event)}}`)),
  'one vector': (events) =>
    `; as Knossos has them\n[${events.map((event) => `{${fields(event)}}`).join('\n ')}]\n`,
  'one list on one line': (events) => `(${events.map((event) => `{${fields(event)}}`).join(' ')})`,
  'one vector, pretty-printed': (events) =>
    `[${events.map((event) => `{${fields(event).replaceAll(', ', ',\n ')}}`).join('\n ')}]\n`,
  'with a nemesis': (events) =>
    lines([
      '{:process :nemesis, :type :info, :f :start, :value nil}',
      ...events.map((event) => `{${fields(event)}}`),
      '{:process :nemesis, :type :info, :f :stop, :value "a } in a string"}',
    ]),
};

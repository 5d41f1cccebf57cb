import type { Access, Action, CanaryEntry, FaultKind, HistoryEvent, ValueId } from '../history/events.js';
import { type PlainRun, toRun } from '../history/run.js';

/**
 * Reads a history for tests, one line a happening, times in milliseconds:
 *
 *     seed github seed.0                 (and `foreign` behind it)
 *     0-5    tui-1.0.1 set a             returned; `get a = VALUE` (also `refresh`), `get a =` for absent, `all a=VALUE b=VALUE`
 *     0-5    tui-1.0.1 set a fail        or `unknown`, both with `torn` behind them, or `disclosing`
 *     0-     tui-1.0.1 set a             never returned
 *     http   web-1                       this client reaches the store through a server
 *     foreign rogue-1                    this one rewrites the file itself
 *     exit   9 tui-1.0 SIGKILL           or an exit code; `unexpected` behind it
 *     pause  5-10 tui-1.0                also `kill 5 tui-1.0`, `corrupt 5`, `stale-rewrite 5 rogue-1.0`, `misread 5 agent-1.0`
 *     file   7-8 a=VALUE -b              what is new and what is gone; or `file 7 broken`
 *     mode   7 auth.json 644
 *     token  4-5 tui-1.0.1 KEY VALUE 300 presented in that operation, good until then; `refused` behind it
 *     link   auth.json other.json        a link that leads to the file
 *     canary @notes:600 @empty/:755      what is outside: `@NAME:MODE`, behind it `:CONTENT`, `:USER`, `:TIME`; its value is `canary.0`
 *     plant  5-10 WHAT                   what was found behind it, if anything is new: `@NAME:MODE`, as in `final`
 *     final  99 a=VALUE                  also `final 99 broken`; files that are left: `+NAME`; links: `NAME>TO`
 *
 * An operation is named `CLIENT.INCARNATION.NUMBER`, which is also the value that it writes.
 */
export function run(text: string, atLeast: Record<string, number> = {}): PlainRun {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const header = { type: 'run', version: 1, scenario: 'test', target: 'test', seed: 1, atLeast } as const;
  const events: HistoryEvent[] = [header];
  const processes = new Map<string, number>();
  const declared = (access: Access) =>
    new Set(lines.flatMap((line) => (line.startsWith(`${access} `) ? line.split(/\s+/)[1] : [])));
  const [http, foreign] = [declared('http'), declared('foreign')];

  const processOf = (name: string): { client: string; process: number } => {
    const [client = '', incarnation = '0'] = name.split('.');
    const full = `${client}.${incarnation}`;
    const known = processes.get(full);
    if (known !== undefined) return { client, process: known };
    const process = 100 + processes.size;
    processes.set(full, process);
    const access: Access = http.has(client) ? 'http' : foreign.has(client) ? 'foreign' : 'file';
    events.push({ type: 'start', time: 0, client, process, access });
    return { client, process };
  };

  for (const line of lines) {
    const [first = '', ...words] = line.split(/\s+/);
    const [second = '', third = '', fourth] = words;
    const [from = 0, to] = times(/^\d/.test(first) ? first : second);
    switch (first) {
      case 'http':
      case 'foreign':
        break;
      case 'seed':
        events.push({
          type: 'seed',
          key: second,
          value: third,
          ...(fourth ? { foreign: true as const } : {}),
        });
        break;
      case 'token': {
        const [, op = '', key = '', token = '', expires, refused] = words;
        const { process } = processOf(op);
        const what = { op, process, key, token, expires: Number(expires) * 1e6, granted: !refused };
        events.push({ type: 'token', time: from, until: to ?? from, ...what });
        break;
      }
      case 'link':
        events.push({ type: 'place', links: [{ name: second, to: third }] });
        break;
      case 'exit': {
        const code = /^\d+$/.test(fourth ?? '') ? Number(fourth) : null;
        const signal = code === null ? (fourth ?? null) : null;
        events.push({ type: 'exit', time: from, ...processOf(third), code, signal, expected: !words[3] });
        break;
      }
      case 'kill':
      case 'power-loss':
      case 'stale-rewrite':
      case 'misread':
      case 'pause':
      case 'corrupt': {
        const common = {
          type: 'fault',
          fault: first satisfies FaultKind,
          ...(third ? processOf(third) : {}),
        } as const;
        events.push({ ...common, phase: 'begin', time: from });
        if (to !== undefined) events.push({ ...common, phase: 'end', time: to });
        break;
      }
      case 'plant': {
        const common = { type: 'fault', fault: 'plant', detail: third } as const;
        events.push({ ...common, phase: 'begin', time: from });
        if (to !== undefined) events.push({ ...common, phase: 'end', time: to, ...canary(words) });
        break;
      }
      case 'canary':
        events.push({
          type: 'place',
          links: [],
          canary: { value: 'canary.0', entries: canary(words).canary ?? [] },
        });
        break;
      case 'file': {
        const version = events.filter(({ type }) => type === 'file').length + 1;
        const broken = third === 'broken' ? 'it is empty' : null;
        const removed = words.flatMap((word) => (word.startsWith('-') ? word.slice(1) : []));
        events.push({
          type: 'file',
          time: from,
          until: to ?? from,
          version,
          broken,
          set: entries(words),
          removed,
        });
        break;
      }
      case 'mode':
        events.push({ type: 'mode', time: from, name: third, mode: fourth ?? '' });
        break;
      case 'final': {
        const broken = third === 'broken' ? 'it is empty' : null;
        const leftovers = words.flatMap((word) => (word.startsWith('+') ? word.slice(1) : []));
        const links = words.flatMap((word) => {
          const [name, to] = word.split('>');
          return name && to !== undefined ? [{ name, to: to || null }] : [];
        });
        const found = { broken, entries: entries(words), leftovers, links };
        events.push({ type: 'final', time: from, ...found, ...canary(words) });
        break;
      }
      default:
        pushOperation(events, { ...processOf(second), op: second, from, to, words: words.slice(1) });
    }
  }
  return toRun(events);
}

interface Call {
  op: string;
  client: string;
  process: number;
  from: number;
  to: number | undefined;
  words: string[];
}

function pushOperation(events: HistoryEvent[], { op, client, process, from, to, words }: Call): void {
  const action = words[0] as Action;
  const key = action === 'all' ? undefined : words[1];
  events.push({ type: 'invoke', time: from, op, client, process, action, ...(key ? { key } : {}) });
  if (to === undefined) return;
  const outcome = words.find((word) => word === 'fail' || word === 'unknown');
  if (outcome === 'fail' || outcome === 'unknown') {
    const torn = words.includes('torn') ? { torn: true as const } : {};
    const error = words.includes('disclosing')
      ? 'it is not "made-up-token canary.0"'
      : words.includes('torn')
        ? 'SyntaxError: Unterminated string in JSON at position 15 (line 2 column 3)'
        : 'it says so';
    events.push({ type: outcome, time: to, op, error, ...torn });
  } else if (action === 'all') {
    events.push({ type: 'ok', time: to, op, result: entries(words) });
  } else if (action === 'get' || action === 'refresh') {
    events.push({ type: 'ok', time: to, op, result: words[3] ?? null });
  } else {
    events.push({ type: 'ok', time: to, op });
  }
}

/** `5` or `5-10` or `5-`, in nanoseconds. */
function times(text: string): [from: number, to: number | undefined] {
  const [from = '', to] = text.split('-');
  return [Number(from) * 1e6, to ? Number(to) * 1e6 : undefined];
}

/** All words of the form `@name:mode:content:user:time`; a directory's name ends with a slash. */
function canary(words: readonly string[]): { canary?: CanaryEntry[] } {
  const found = words.filter((word) => word.startsWith('@'));
  if (found.length === 0) return {};
  return {
    canary: found.map((word) => {
      const [name = '', mode = '', hash = '', user = '1', time = '0'] = word.slice(1).split(':');
      const common = { mode, owner: `${user}:1`, modified: time, changed: time };
      if (name.endsWith('/')) return { name: name.slice(0, -1), kind: 'directory', ...common };
      return { name, kind: 'file', ...common, hash, size: hash.length };
    }),
  };
}

/** All words of the form `key=value`. */
function entries(words: readonly string[]): Record<string, ValueId> {
  return Object.fromEntries(
    words.flatMap((word) => {
      const [key, value] = word.split('=');
      return key && value ? [[key, value] as const] : [];
    }),
  );
}

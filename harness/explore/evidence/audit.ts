import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { anchoredIn } from '../calls/anchor.js';
import type { Executed } from '../execution/executed.js';
import { factsOf } from '../protocol/calls.js';
import { unsteeredCalls, unsteeredIn } from './audit-unsteered.js';
import { parseTraced } from './traced-call.js';

/**
 * Reads what `strace` saw of client processes, and compares it with what they were stopped for. A call that the gate did not see
 * (of a native add-on, say) makes a search blind: it happened outside every schedule.
 */

/** How a client is started so that its calls are written down; `%d` stands for a directory of its own. */
export const auditCommand = [
  'strace',
  '-f',
  '-qq',
  '-y',
  '-s',
  '4096',
  '-e',
  ['trace=%file', ...unsteeredCalls.map((call) => `?${call}`)].join(),
  '-o',
  '%d/trace',
] as const;

/**
 * @returns a line for each call on something in the sandbox that no step accounts for, like `rename auth.json`, and for each that
 * may be a lock elsewhere
 */
export function blindSpots(traces: readonly string[], { steps }: Executed, root: string): string[] {
  const left = new Map<string, number>();
  const count = (key: string, by: number) => left.set(key, (left.get(key) ?? 0) + by);
  for (const trace of traces) for (const key of callsIn(trace, root)) count(key, 1);
  // A descriptor counts as where it was opened, in the traces and here: what has moved since is no matter of one process.
  const opened = new Map<string, string>();
  for (const { client, call, path: place, end } of steps) {
    const { call: name = '', path: from, at, to, toAt } = call ?? {};
    const whole = (words: string | undefined, fd: number | undefined) =>
      words === undefined
        ? undefined
        : path.join(fd === undefined ? '' : (opened.get(`${client}.${fd}`) ?? ''), words);
    const { traced: kind, isTracedAtBoth } = factsOf(name) ?? {};
    for (const where of [whole(from, at), isTracedAtBoth ? whole(to, toAt) : undefined])
      if (kind !== undefined && where !== undefined) count(`${kind} ${plain(where)}`, -1);
    if (end?.fd !== undefined) opened.set(`${client}.${end.fd}`, place ?? '');
  }
  return [...left]
    .filter(([, times]) => times > 0)
    .map(([key]) => key)
    .concat(unsteeredIn(traces, root))
    .sort();
}

/** The compared calls of one trace, with the path that each is about, relative to the root. */
function callsIn(trace: string, root: string): string[] {
  const opened = new Map<number, string>();
  return trace.split('\n').flatMap((line) => {
    const { kind: one, places } = parseTraced(line);
    // The target of a symbolic link is a word; where it stands is the second.
    const place = inFull(places[one === 'symlink' ? 1 : 0], opened);
    // Here may be the end of a call that began on an earlier line.
    const [, fd, file] = / = (\d+)<(\/[^>]*)>$/.exec(line) ?? [];
    if (fd !== undefined && file !== undefined) opened.set(Number(fd), file);
    if (one === undefined || place === undefined || !place.startsWith(`${root}/`)) return [];
    return [`${one} ${plain(path.relative(root, place))}`];
  });
}

function inFull(place: string | undefined, opened: ReadonlyMap<number, string>): string | undefined {
  const anchored = place === undefined ? undefined : anchoredIn(place);
  if (!anchored) return place;
  const base = opened.get(anchored.fd);
  return base === undefined ? place : `${base}/${anchored.rest}`;
}

function plain(place: string): string {
  return path.join(place, '.').replace(/\/$/, '');
}

/** What was written down below a pool's directory. */
export function readTraces(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => path.basename(name) === 'trace')
    .map((name) => readFileSync(path.join(directory, name), 'utf8'));
}

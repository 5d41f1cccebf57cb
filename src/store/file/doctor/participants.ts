import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type EntryKind, parseEntry } from '../queue/entry-names.js';
import { isProvablyDead, self } from '../queue/owner.js';

/** An entry of the directory of intents, and the process that made it. */
export interface Participant {
  name: string;
  /**
   * `holds`: the intent of a commit under way. `rests`: an intent that is kept between commits, and that any process may end
   * at once. `waits`: in the queue. `ended`: the answer to a request. `stray`: not ours.
   */
  kind: 'holds' | 'rests' | 'waits' | 'ended' | 'stray';
  /** The place in the queue, from 1, if it waits. */
  ticket?: number | undefined;
  owner?: {
    pid: number;
    host: string;
    /** `unknown`: the process belongs to another machine, container or boot, and can't be seen from here. */
    state: 'alive' | 'paused' | 'dead' | 'unknown';
    /** The name of its program, where that is known. */
    command?: string | undefined;
  };
  /** When it was made, by the time stamp of the file system: the wall clock, which may have been set since. */
  sinceMs: number;
}

const kinds: Record<EntryKind, Participant['kind']> = {
  intent: 'holds',
  standing: 'rests',
  ticket: 'waits',
  request: 'waits',
  done: 'ended',
};

/** All entries of the directory of intents: holders first, then those that wait, in order. Fails where it can't be listed. */
export function listParticipants(directory: string): Participant[] {
  const order = [...Object.values(kinds), 'stray'];
  const found = readdirSync(directory)
    .flatMap((name) => participantOf(directory, name) ?? [])
    .sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || (a.ticket ?? 0) - (b.ticket ?? 0));
  const waiting = found.filter(({ kind }) => kind === 'waits');
  waiting.forEach((participant, index) => {
    participant.ticket = index + 1;
  });
  return found;
}

/** Undefined for an entry that is gone since it was listed. */
function participantOf(directory: string, name: string): Participant | undefined {
  const stats = lstatSync(path.join(directory, name), { throwIfNoEntry: false });
  if (!stats) return undefined;
  const sinceMs = stats.birthtimeMs || stats.mtimeMs;
  const entry = parseEntry(name);
  if (!entry) return { name, kind: 'stray', sinceMs };
  const { pid, host } = entry.owner;
  const state = stateOf(entry.owner);
  // Only the name of the program: an argument may be a secret.
  const command = state === 'alive' || state === 'paused' ? readProc(`${pid}/comm`)?.trim() : undefined;
  const owner = { pid, host, state, command: command || undefined };
  const kind = kinds[entry.kind];
  return { name, kind, ticket: kind === 'waits' ? entry.number : undefined, owner, sinceMs };
}

function stateOf(owner: Parameters<typeof isProvablyDead>[0]): 'alive' | 'paused' | 'dead' | 'unknown' {
  if (owner.machine !== self.machine) return 'unknown';
  if (isProvablyDead(owner)) return 'dead';
  const stat = readProc(`${owner.pid}/stat`) ?? '';
  return /^ [Tt] /.test(stat.slice(stat.lastIndexOf(')') + 1)) ? 'paused' : 'alive';
}

function readProc(name: string): string | undefined {
  try {
    return readFileSync(`/proc/${name}`, 'latin1');
  } catch {
    return undefined;
  }
}

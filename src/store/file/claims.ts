import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEntry } from './intents.js';
import { isProvablyDead, self } from './owner.js';

/** Something in the directory of intents, and who put it there. */
export interface Claim {
  name: string;
  /** An intent holds the lease, a ticket waits in the queue; all else is somebody else's. */
  kind: 'holds' | 'waits' | 'stray';
  /** The place in the queue of what waits. */
  ticket?: number;
  owner?: {
    pid: number;
    host: string;
    /** `unknown`: of another machine, container or boot, whose processes can't be seen from here. */
    state: 'alive' | 'paused' | 'dead' | 'unknown';
    /** The name of its program, where the system tells. */
    command?: string;
  };
  /** When it was made, by the file system's own time stamp: the wall clock, which may have been set since. */
  sinceMs: number;
}

/** All that is in the directory of intents: holders first, then who waits, in order. Fails where it can't be listed. */
export function listClaims(directory: string): Claim[] {
  const order = ['holds', 'waits', 'stray'];
  return readdirSync(directory, { withFileTypes: true })
    .flatMap((found) => claimOf(directory, found.name, found.isDirectory()) ?? [])
    .sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || (a.ticket ?? 0) - (b.ticket ?? 0));
}

/** Undefined for what has gone since it was listed. */
function claimOf(directory: string, name: string, isDirectory: boolean): Claim | undefined {
  const stats = lstatSync(path.join(directory, name), { throwIfNoEntry: false });
  if (!stats) return undefined;
  const sinceMs = stats.birthtimeMs || stats.mtimeMs;
  const entry = parseEntry(name, isDirectory);
  if (!entry?.owner) return { name, kind: 'stray', sinceMs };
  const { pid, host } = entry.owner;
  const state = stateOf(entry.owner);
  // The name alone: an argument may be a secret.
  const command = state === 'alive' || state === 'paused' ? readProc(`${pid}/comm`)?.trim() : undefined;
  const owner = { pid, host, state, ...(command ? { command } : {}) };
  return entry.ticket === undefined
    ? { name, kind: 'holds', owner, sinceMs }
    : { name, kind: 'waits', ticket: entry.ticket, owner, sinceMs };
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

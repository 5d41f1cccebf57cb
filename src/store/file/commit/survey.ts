import { lstatSync } from 'node:fs';
import type { Directory } from '../../../surroundings/directory.js';
import type { Edit } from '../../document/change.js';
import type { Site } from '../disk/site.js';
import { type EntryKind, inOrder, type QueueEntry } from '../queue/entry-names.js';
import { destroyEntry, type Intent, isFile, listEntries } from '../queue/intents.js';
import { isOurMachine, isProvablyDead, seemsAlive } from '../queue/owner.js';
import { readRequest } from '../queue/request.js';
import type { Recovery } from './recovery.js';

/** Another process's change, as far as this commit may carry it. */
export interface Request {
  id: string;
  name: string;
  edits: readonly Edit[];
  /** Called again right before the commit: the change of a killed process must not appear long after its end. */
  isAlive: () => boolean;
}

export interface Requests {
  /** Part of the base already. Their owners have no answer yet. */
  applied: Request[];
  /** To be applied by this commit. */
  open: Request[];
}

const carriedMax = 64;
/**
 * An owner takes its answer as soon as it is woken. One on another machine, or of an earlier boot of this one, can't be asked
 * whether it lives: after so long its answer is taken for one that no process takes any more. Where that is wrong, its call ends in E_UNKNOWN.
 */
const answerMs = 60_000;

/** Destroys every other intent. @returns the other entries, in the queue's order */
export function destroyOthers({ intents, name: own }: Intent): QueueEntry[] {
  const entries = listEntries(intents);
  for (const { kind, name } of entries) {
    if (isIntent(kind) && name !== own) destroyEntry(intents, name);
  }
  return inOrder(entries.filter(({ kind }) => !isIntent(kind)));
}

/** All entries but intents, in the queue's order: tickets, requests and answers. */
export function listWaiting(intents: Directory): QueueEntry[] {
  return inOrder(listEntries(intents).filter(({ kind }) => !isIntent(kind)));
}

function isIntent(kind: EntryKind): boolean {
  return kind === 'intent' || kind === 'standing';
}

/**
 * Reads the requests of others. Only *after* the other intents are destroyed: then a request that is taken back under a later
 * intent is either gone by now, or that intent has destroyed ours.
 */
export function readRequests(
  site: Site,
  { intents, name: own }: Intent,
  entries: readonly QueueEntry[],
  recovery: Recovery,
  unresponsive: ReadonlySet<string>,
): Requests {
  const requests: Requests = { applied: [], open: [] };
  for (const { kind, id, name, owner } of entries) {
    if (kind === 'ticket') continue;
    const isAlive = () => seemsAlive(owner);
    // An answer is checked thoroughly, because no process waits for its removal: a zombie takes no answer any more.
    if (!isAlive() || (kind !== 'request' && isProvablyDead(owner))) {
      destroyEntry(intents, name);
      continue;
    }
    if (kind === 'done' && !isOurMachine(owner) && isForgotten(intents, name, own)) {
      destroyEntry(intents, name);
      continue;
    }
    if (kind !== 'request') continue;
    // Not a file: no commit can answer it, so each writer would wait a lease for it.
    if (unresponsive.has(name) && !isFile(intents, name)) {
      destroyEntry(intents, name);
      continue;
    }
    const request = { id, name, edits: [], isAlive };
    if (recovery.applied.has(id)) requests.applied.push(request);
    else if (requests.open.length < carriedMax) {
      const edits = readRequest(site, intents, name);
      if (edits) requests.open.push({ ...request, edits });
      // Half written and left so: its owner stands still, and it would be in the way of all.
      else if (unresponsive.has(name)) destroyEntry(intents, name);
    }
  }
  return requests;
}

/** Both times are of one clock, that of the file system: an answer changes when it is given, and an intent when it is made. */
function isForgotten(intents: Directory, answer: string, own: string): boolean {
  const given = lstatSync(intents.at(answer), { throwIfNoEntry: false });
  const made = lstatSync(intents.at(own), { throwIfNoEntry: false });
  return given !== undefined && made !== undefined && made.mtimeMs - given.ctimeMs > answerMs;
}

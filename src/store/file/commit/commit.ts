import type { Site } from '../disk/site.js';
import { closeLater } from '../disk/stage.js';
import { type OpenFile, openState, readState } from '../disk/state.js';
import type { QueueEntry } from '../queue/entry-names.js';
import { handOver } from '../queue/hand-over.js';
import { endRequest, type Intent } from '../queue/intents.js';
import { removeTicket } from '../queue/ticket.js';
import { draftOf, keepAside } from './draft.js';
import { durable } from './durable.js';
import { readLastCommitted } from './last-committed.js';
import { attemptQuickly } from './quick.js';
import { needsToSettle, recoveryOf, type Seen } from './seen.js';
import { destroyOthers, listWaiting, type Requests } from './survey.js';
import type { Attempt, Committed, Task } from './task.js';
import { confirm, vouchedFor, type Written, write } from './write.js';

/**
 * One attempt to commit, under an intent that was made *before* this call: fence, read, apply, stage and rename, sync, answer.
 *
 * Why it is safe: let A and B both commit. If A's scan finds B's intent, A destroys it before A reads, so
 * B committed before A's read, or never. If it does not, B's intent was removed before (after B's commit,
 * so before A's read) or made later; then B's own scan finds A's and destroys it before B reads, so A committed
 * before B's read, or never. Each commit is based on a read that saw the other. Read before destroy, and this falls:
 *
 *     A reads v0 | B: intent, reads v0, commits v1 | A destroys nothing, commits v0 + a: b is lost
 *
 * The same argument holds for a held intent and all its commits: a process that commits in between has destroyed it first.
 *
 * A commit carries the requests of others along. The copy names them, and goes on naming them until their owners know. So
 * the next process neither applies one twice nor forgets one, however the commit ended.
 */
export async function attemptCommit(site: Site, intent: Intent, task: Task): Promise<Attempt> {
  const entries = fence(intent, task);
  const seen = readFileAndCopy(site, task);
  let attempt: Attempt | undefined;
  try {
    attempt = await attemptOn(site, intent, task, entries, seen);
    return attempt;
  } finally {
    if (seen.open && !isKept(seen.open, attempt)) closeLater([seen.open]);
  }
}

/** All that comes after the fence and the first reads: judge, apply, keep aside, stage and rename, sync, answer. */
async function attemptOn(
  site: Site,
  intent: Intent,
  task: Task,
  entries: readonly QueueEntry[],
  seen: Seen,
): Promise<Attempt> {
  if (needsToSettle(site, seen, task.earlier)) return { kind: 'unsettled', state: seen.state };
  const recovery = recoveryOf(site, seen, task);
  if (task.wish.kind === 'repair' && task.wish.isQuick && seen.state.kind === 'valid')
    return attemptQuickly(site, intent, task, { ...seen, state: seen.state, recovery });

  const draft = draftOf(site, intent, task, entries, { ...seen, recovery });
  // What the new file will no longer hold is kept before anything is written.
  const aside = keepAside(site, intent, task, draft);
  if (aside.kind === 'fenced') return aside;
  const written =
    draft.parts === 'none' ? confirm(site, intent, task) : await write(site, intent, task, draft, seen.open);
  if (written.kind === 'fenced') {
    // The copy was replaced all the same, if it was interrupted: nothing else has what it held.
    if (!written.interrupted) aside.takeBack();
    return written;
  }
  const { repairs } = aside;
  return await finish(site, intent, task, { entries, requests: draft.basis.requests, written, repairs });
}

/**
 * The fence: it comes before everything that the attempt reads.
 * @returns all entries but intents, in the queue's order: tickets, requests, our own too, and answers
 */
function fence(intent: Intent, task: Task): QueueEntry[] {
  switch (task.kind) {
    case 'fresh':
      return destroyOthers(intent);
    // Its first commit has destroyed the others.
    case 'held':
      return listWaiting(intent.intents);
    // Nor does any process wait for its end. One that comes destroys it, and then its renames fail.
    case 'standing':
      return [];
  }
}

/** A held intent vouches for what its last commit left. Under a new one the copy is read first, and then the file. */
function readFileAndCopy(site: Site, task: Task): Seen {
  const known = vouchedFor(task);
  if (known) return { state: known.state, last: known.last, open: undefined };
  const last = readLastCommitted(site);
  if (!task.looksBack) return { last, state: readState(site), open: undefined };
  const { state, open } = openState(site);
  return { last, state, open };
}

/** What a commit that is written, and not synced yet, has come to. */
interface Ending extends Pick<Committed, 'repairs'> {
  entries: readonly QueueEntry[];
  requests: Requests;
  written: Written;
}

/**
 * Lets the next process in, syncs the directory, and answers the requests. Nothing here may be taken for a fence any more: a
 * repeated change would be applied twice.
 */
async function finish(
  site: Site,
  intent: Intent,
  task: Task,
  { entries, requests, written, repairs }: Ending,
): Promise<Committed> {
  const { known, replaced } = written;
  const ended = new Set([...requests.applied, ...requests.open].map(({ name }) => name));
  // The next process is let in before our own sync of the directory: what it builds on our state is acknowledged after a later
  // sync. But not where other processes wait for our answer: they would come in to ask. Nor where more is expected from them,
  // or none waits: the intent outlives the commit.
  if (!outlives(task) && ended.size === 0) handOver(site, intent, task.own);
  // Also where nothing was written: what we read may still be on its way to the disk, and we are about to vouch for it.
  try {
    await durable(site);
  } catch (error) {
    if (known) closeLater(known.files);
    if (replaced) closeLater([replaced.open]);
    throw error;
  }
  for (const name of ended) if (name !== task.own) endRequest(intent.intents, name);
  // Before the intent goes: a process that is woken by that would find our request in front of its own, and sleep again.
  if (task.own !== undefined && ended.has(task.own))
    removeTicket({ intents: intent.intents, name: task.own });
  const isAwaited = entries.some(({ kind }) => kind === 'ticket');
  const others = ended.size - (task.own !== undefined && ended.has(task.own) ? 1 : 0);
  return { kind: 'committed', repairs, ended, others, known: known ?? vouchedFor(task), replaced, isAwaited };
}

function outlives(task: Task): boolean {
  return task.kind === 'standing' || task.outlives;
}

/** Another owner closes it. */
function isKept(open: OpenFile, attempt: Attempt | undefined): boolean {
  if (attempt?.kind !== 'committed') return false;
  return attempt.replaced?.open === open || attempt.known?.files.includes(open) === true;
}

import { inOrder, type QueueEntry } from './entry-names.js';
import type { Ticket } from './ticket.js';

type Rank = Pick<Ticket, 'name' | 'number'>;

/**
 * The entries ahead of us, in their order. An intent is ahead of all. A ticket is ahead only of those behind it, and of
 * newcomers.
 */
export function allAhead(entries: readonly QueueEntry[], own: Rank | undefined): QueueEntry[] {
  return inOrder(entries.filter((entry) => isAhead(entry, own)));
}

/**
 * The entry whose end wakes us: the next in front of us, so that each change wakes one process. If its request is carried
 * along with ours, it is answered right before ours.
 */
export function nearestAhead(entries: readonly QueueEntry[], own: Rank | undefined): QueueEntry | undefined {
  return allAhead(entries, own).findLast(({ kind }) => kind !== 'intent');
}

function isAhead({ kind, name, number }: QueueEntry, own: Rank | undefined): boolean {
  if (kind === 'intent') return true;
  // A standing intent waits for no process, and no process waits for it.
  if (kind !== 'ticket' && kind !== 'request') return false;
  return !own || number < own.number || (number === own.number && name < own.name);
}

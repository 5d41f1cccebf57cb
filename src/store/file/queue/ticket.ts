import type { Directory } from '../../../surroundings/directory.js';
import type { Edit } from '../../document/change.js';
import type { Site } from '../disk/site.js';
import type { QueueEntry } from './entry-names.js';
import { createTicket, unlinkIfThere } from './intents.js';
import { encodeRequest } from './request.js';

/** Our own place in the queue. */
export interface Ticket {
  /** The directory of intents that it lies in. */
  intents: Directory;
  name: string;
  id: string;
  /** The identity of the file that was made: see `identityOf`. */
  identity: string;
  number: number;
  kind: 'ticket' | 'request';
  /** The site that it is a ticket for. */
  site: Site;
}

/** How far our clock was set forward, in microseconds. */
let advance = 0;
const numberMax = Number.MAX_SAFE_INTEGER / 2;

/** The machine's monotonic clock, in microseconds. Bun and Deno count from the start of the process. */
function clock(): number {
  return Number(process.hrtime.bigint() / 1000n) + advance;
}

/**
 * Sets our clock forward to the largest number that is out, as a Lamport clock. Otherwise a process of Bun or Deno, whose
 * numbers are small, would go ahead of all that came before it, again and again.
 */
export function keepUp(entries: readonly QueueEntry[]): void {
  const newest = Math.max(0, ...entries.map(({ number }) => number).filter((number) => number < numberMax));
  if (newest > 0) advance += Math.max(0, newest - clock());
}

/** Joins the queue. The number comes from the clock, so the order needs no knowledge of the others. */
export function takeTicket(site: Site, edits: readonly Edit[] | undefined): Ticket {
  const kind = edits ? 'request' : 'ticket';
  const number = clock();
  const content = edits ? encodeRequest(edits) : '';
  return { ...createTicket(site, kind, number, content), kind, number, site };
}

/**
 * Never fails: that would hide how the change itself ended. A directory of that name can't be unlinked, and is not the ticket.
 * @returns whether the ticket was there
 */
export function removeTicket({ intents, name }: Pick<Ticket, 'intents' | 'name'>): boolean {
  try {
    return unlinkIfThere(intents.at(name), `${intents.path}/${name}`);
  } catch {
    // The next scan of any process removes it, or reports what is in the way.
    return false;
  }
}

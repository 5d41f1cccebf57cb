import { newNonce, type Owner, self } from './owner.js';

/**
 * The entries of the directory of intents. The kind is part of the name, so that one listing has all there is to know.
 * Nothing is ever renamed while it can fence: a listing may miss an entry that is renamed during it.
 */
const kinds = {
  /** A directory: a commit under way. Wait for it. To destroy it fences its owner. */
  i: 'intent',
  /** A directory: kept between the commits of one process while no other is about. Destroy it at once. */
  k: 'standing',
  /** A file: a process waits in line to commit. */
  t: 'ticket',
  /** A file: a ticket that holds the change itself, so that the next process that commits may carry it along. */
  r: 'request',
  /** A request whose change is committed and durable. Its owner has not seen this answer yet. */
  d: 'done',
} as const;

export type EntryKind = (typeof kinds)[keyof typeof kinds];

export interface QueueEntry {
  name: string;
  kind: EntryKind;
  /** The place in the queue; 0 for an intent. */
  number: number;
  /** Never used twice. */
  id: string;
  owner: Owner;
}

const pattern = /^([iktrd])(\d*)-([0-9a-f]{16})-(\d+)-(\d+)-([0-9a-f]{12})-([\w.]*)$/;

/** Undefined for a stray file or a foreign directory, which is in no process's way. */
export function parseEntry(name: string): QueueEntry | undefined {
  const match = pattern.exec(name);
  if (!match) return undefined;
  const [, letter = '', number, id = '', pid, startTime = '', machine = '', host = ''] = match;
  return {
    name,
    kind: kinds[letter as keyof typeof kinds],
    number: Number(number),
    id,
    owner: { pid: Number(pid), startTime, machine, host },
  };
}

/** In the order of arrival, which is the same for all processes. */
export function inOrder(entries: QueueEntry[]): QueueEntry[] {
  return entries.sort((a, b) => a.number - b.number || (a.name < b.name ? -1 : 1));
}

export function newIntentName(kind: 'intent' | 'standing'): string {
  return nameOf(kind === 'intent' ? 'i' : 'k', newNonce());
}

export function newTicketName(kind: 'ticket' | 'request', number: number): { name: string; id: string } {
  const id = newNonce();
  return { name: nameOf(`${kind === 'ticket' ? 't' : 'r'}${number}`, id), id };
}

/** The name under which the owner of a request finds that it is done. */
export function endedName(request: string): string {
  return `d${request.slice(1)}`;
}

function nameOf(prefix: string, id: string): string {
  return `${prefix}-${id}-${self.pid}-${self.startTime}-${self.machine}-${self.host}`;
}

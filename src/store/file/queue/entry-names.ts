import { newNonce, type Owner, self } from './owner.js';

/**
 * What lies in the directory of intents. The kind stands in the name, so that one listing tells all, and nothing is ever
 * renamed while it can fence: an entry that is renamed during a listing may be missed by it.
 */
const kinds = {
  /** A directory: a commit under way. Wait for it politely; whoever destroys it fences it. */
  i: 'intent',
  /** A directory: kept between the commits of one process with nobody else about. Destroy it at once. */
  k: 'standing',
  /** A file: somebody waits in line to commit. */
  t: 'ticket',
  /** A file: a ticket that holds the change itself, so that whoever commits next may carry it along. */
  r: 'request',
  /** A request whose change is committed and durable; its owner has not seen it yet. */
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

/** Undefined for what is not ours: a stray file or a foreign directory is in nobody's way. */
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

/** As they came, with the same order for everybody. */
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

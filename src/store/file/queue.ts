import path from 'node:path';
import type { Edit } from '../change.js';
import { type Holder, StoreError } from '../errors.js';
import { Alarm } from './alarm.js';
import type { Entry } from './entry-names.js';
import { createTicket, destroyEntry, listEntries, unlinkIfThere } from './intents.js';
import { isProvablyDead } from './owner.js';
import type { Paths } from './paths.js';
import { encodeRequest } from './request.js';

export interface Ticket {
  place: string;
  name: string;
  id: string;
  number: number;
  kind: 'ticket' | 'request';
}

export type Turn =
  /** Nobody else is about. */
  | 'free'
  /** It is our turn among several. */
  | 'next'
  /** Somebody has carried our request along: it is committed and durable. */
  | 'done'
  /** Our request may have been carried along; nobody can tell. */
  | 'doubt';

/** How often those behind the first in line look, at the most; and the first, whom each change wakes. */
const pauseMsMax = 8;

/**
 * The queue makes progress likely; it is never needed for safety. Whoever finds the way free goes at
 * once; whoever does not takes a numbered ticket and waits for intents and for smaller tickets. A change that can be told
 * as data goes into the ticket, and is committed with that of whoever comes first.
 * Nobody waits while holding an intent: two that see each other would wait for ever.
 */
export class Queue {
  /** Requests in front of us whose owners did not stir for a lease: not waited for any longer. */
  readonly silent = new Set<string>();
  private ticket: Ticket | undefined;
  private number: number | undefined;
  /** What is in the way, and since when we have seen it so: our own monotonic clock alone judges. */
  private seen: { name: string; since: number } | undefined;

  /** @param deadline on the monotonic clock, in milliseconds */
  constructor(private readonly deadline: number) {}

  /** Our own, if it is still out there. */
  get request(): Ticket | undefined {
    return this.ticket?.kind === 'request' ? this.ticket : undefined;
  }

  /**
   * Resolves when nothing live is in the way, or nothing is left to do.
   * @param leaseMs how long a live process may be in the way unchanged
   * @param edits what a request may carry; undefined for a change that we must commit ourselves
   * @param isCrowded others were about a moment ago, so a request is made before anything else
   * @throws StoreError `E_TIMEOUT` past the deadline
   */
  async wait(
    paths: Paths,
    leaseMs: number,
    edits: readonly Edit[] | undefined,
    isCrowded: boolean,
  ): Promise<Turn> {
    if (isCrowded && edits) this.ticket ??= this.takeTicket(paths, listEntries(paths.intents), edits);
    const alarm = new Alarm();
    try {
      for (;;) {
        const look = this.look(paths, leaseMs, edits, alarm);
        if (typeof look === 'string') return look;
        await alarm.sleep(look.pauseMs);
      }
    } finally {
      alarm.close();
    }
  }

  /**
   * Our intent stands: the others wait for that now. The number is kept, so a fenced commit returns to its place. A request
   * stays: others may have read it already.
   */
  enter(): void {
    if (this.ticket?.kind === 'ticket') this.leave();
  }

  /** Takes our ticket away. Not for a request that somebody may still apply. */
  leave(): void {
    if (this.ticket) unlinkIfThere(this.ticket.place);
    this.ticket = undefined;
  }

  /** Passes whoever is gone. @returns how long to sleep before the next look, or whose turn it is */
  private look(
    paths: Paths,
    leaseMs: number,
    edits: readonly Edit[] | undefined,
    alarm: Alarm,
  ): Turn | { pauseMs: number } {
    const entries = listEntries(paths.intents);
    const end = this.endOfRequest(paths, entries);
    if (end) return end;
    const obstacle = this.firstObstacle(entries);
    if (!obstacle) return entries.some(({ name }) => name !== this.ticket?.name) ? 'next' : 'free';
    if (this.passes(paths, obstacle, leaseMs)) return this.look(paths, leaseMs, edits, alarm);
    if (performance.now() > this.deadline) throw this.timeout(obstacle, paths.file);
    if (!this.ticket) {
      this.ticket = this.takeTicket(paths, entries, edits);
      // Whoever was in the way may have gone while we wrote it.
      return this.look(paths, leaseMs, edits, alarm);
    }
    const ahead = entries.filter((entry) => isAhead(entry, this.ticket)).length;
    // A change wakes the first in line only: were it everybody, each commit would cost all of them a look. The others are
    // woken by the end of their own request.
    if (ahead > 1 && !this.request) return { pauseMs: Math.min(ahead, pauseMsMax) };
    const watched = ahead > 1 ? this.ticket.place : paths.intents;
    if (alarm.watches === watched) return { pauseMs: pauseMsMax };
    alarm.set(watched);
    return alarm.watches === undefined ? { pauseMs: 1 } : this.look(paths, leaseMs, edits, alarm);
  }

  private endOfRequest(paths: Paths, entries: readonly Entry[]): 'done' | 'doubt' | undefined {
    const { request } = this;
    if (!request) return undefined;
    const own = entries.find(({ id }) => id === request.id);
    if (own?.kind === 'request') return undefined;
    this.ticket = undefined;
    // Removed by a hand that is not ours: perhaps after it had been read.
    if (!own) return 'doubt';
    unlinkIfThere(path.join(paths.intents, own.name));
    return own.kind === 'done' ? 'done' : 'doubt';
  }

  private takeTicket(paths: Paths, entries: readonly Entry[], edits: readonly Edit[] | undefined): Ticket {
    this.number ??= 1 + Math.max(0, ...entries.map(({ number }) => number));
    const kind = edits ? 'request' : 'ticket';
    const { number } = this;
    const { place, name, id } = createTicket(paths.intents, kind, number, edits ? encodeRequest(edits) : '');
    return { place, name, id, kind, number };
  }

  private firstObstacle(entries: readonly Entry[]): Entry | undefined {
    return firstObstacle(
      entries.filter(({ name }) => !this.silent.has(name)),
      this.ticket,
    );
  }

  /** @returns whether the obstacle is one no longer */
  private passes(paths: Paths, obstacle: Entry, leaseMs: number): boolean {
    if (this.seen?.name !== obstacle.name) this.seen = { name: obstacle.name, since: performance.now() };
    const isDead = isProvablyDead(obstacle.owner);
    if (!isDead && performance.now() - this.seen.since <= leaseMs) return false;
    // A request of somebody who lives is not ours to destroy: it is carried along instead.
    if (!isDead && obstacle.kind === 'request') this.silent.add(obstacle.name);
    else destroyEntry(path.join(paths.intents, obstacle.name));
    return true;
  }

  private timeout({ owner }: Entry, file: string): StoreError {
    const holder: Holder = {
      pid: owner.pid,
      host: owner.host,
      seenForMs: Math.round(performance.now() - (this.seen?.since ?? 0)),
    };
    const who = `process ${holder.pid} on ${holder.host}`;
    return new StoreError(
      'E_TIMEOUT',
      `gave up waiting to change ${file}: ${who} is ahead, for ${holder.seenForMs} ms`,
      {
        ...{ definite: true, file, holder },
        hint: 'Nothing was written; try again',
      },
    );
  }
}

type Place = Pick<Ticket, 'name' | 'number'>;

/** An intent is in everybody's way; a ticket only in the way of those behind it, and of newcomers. */
export function firstObstacle(entries: readonly Entry[], own: Place | undefined): Entry | undefined {
  return entries
    .filter((entry) => isAhead(entry, own))
    .sort((a, b) => a.number - b.number || (a.name < b.name ? -1 : 1))[0];
}

function isAhead({ kind, name, number }: Entry, own: Place | undefined): boolean {
  if (kind === 'intent') return true;
  // A standing intent waits for nobody, and nobody for it.
  if (kind !== 'ticket' && kind !== 'request') return false;
  return !own || number < own.number || (number === own.number && name < own.name);
}

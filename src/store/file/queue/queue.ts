import { existsSync } from 'node:fs';
import { type Holder, StoreError } from '../../../errors/store-error.js';
import type { Directory } from '../../../surroundings/directory.js';
import type { Edit } from '../../document/change.js';
import type { Site } from '../disk/site.js';
import { Alarm } from './alarm.js';
import { endedName, type QueueEntry } from './entry-names.js';
import { destroyEntry, listEntries } from './intents.js';
import { allAhead, nearestAhead } from './order.js';
import { isProvablyDead, seemsAlive } from './owner.js';
import { keepUp, removeTicket, type Ticket, takeTicket } from './ticket.js';

export type Turn =
  /** No other process is about. */
  | 'free'
  /** It is our turn among several. */
  | 'next'
  /** Another process has carried our request along: it is committed and durable. */
  | 'done'
  /** Our request may have been carried along, and there is no evidence left. */
  | 'unknown';

/** The interval between two scans, unless a process is woken earlier. */
const pauseMs = 8;
/** How long a request is left to the holder before the next scan. */
const trustMs = 4;
/** The deadline is checked after so many dead entries: there may be any number of them. */
const passedMax = 100;
/** After this time the obstacle's owner is checked thoroughly: it may be a zombie, or a new process with the same pid. */
const thoroughMs = 4;

/**
 * The queue makes progress likely; it is never needed for safety. A process that finds the way free goes at once. Any
 * other takes a numbered ticket, and waits for intents and for smaller tickets. A change that is data goes into the ticket,
 * and is committed by the process that comes first, together with its own.
 * No process waits while it holds an intent: two that see each other would wait for ever.
 */
export class Queue {
  /** Requests in front of us whose owners did not respond for a lease. They are no longer waited for. */
  readonly unresponsive = new Set<string>();
  /** The name of the intent that was in the way at the last scan. */
  holder: string | undefined;
  readonly #deadline: number;
  readonly #unresponsiveOwners = new Set<string>();
  #ticket: Ticket | undefined;
  /** What is in the way, and since when we have seen it so, by our own monotonic clock alone. */
  #seen: { name: string; since: number } | undefined;

  /**
   * @param deadline on the monotonic clock, in milliseconds
   * @param holder the name of the intent that was in the way of an earlier change
   */
  constructor(deadline: number, holder: string | undefined) {
    this.#deadline = deadline;
    this.holder = holder;
  }

  /** Our own request, if it is still out. */
  get request(): Ticket | undefined {
    return this.#ticket?.kind === 'request' ? this.#ticket : undefined;
  }

  /**
   * Resolves when no live process is in the way, or nothing is left to do.
   * @param leaseMs how long a live process may be in the way unchanged
   * @param edits what a request may carry. Undefined for a change that we must commit ourselves
   * @param isCrowded others were about a moment ago, so a request is made before anything else
   * @throws StoreError `E_TIMEOUT` past the deadline
   */
  async wait(
    site: Site,
    leaseMs: number,
    edits: readonly Edit[] | undefined,
    isCrowded: boolean,
  ): Promise<Turn> {
    const alarm = new Alarm();
    try {
      if (isCrowded && edits) {
        this.#ticket ??= takeTicket(site, edits);
        const end = await this.#trust(this.#ticket, alarm);
        if (end) return end;
      }
      for (;;) {
        // This comes first: once another process has carried our request along, nothing may be in the way any more.
        const turn = this.endOfRequest() ?? this.#scan(site, leaseMs, edits, alarm);
        if (turn) return turn;
        await alarm.sleep(pauseMs);
      }
    } finally {
      alarm.close();
    }
  }

  /**
   * While the holder that we saw last is still there, it will most likely carry our request along. To scan all the others
   * would cost more than the commit.
   *
   * The alarm is set before the holder is looked for. A holder that goes later finds the request, and wakes the first in line.
   */
  async #trust({ intents, name }: Ticket, alarm: Alarm): Promise<Turn | undefined> {
    if (this.holder === undefined || !existsSync(intents.at(this.holder))) return undefined;
    const place = intents.at(name);
    alarm.set(place);
    // Both may have ended before the alarm was set.
    if (existsSync(place) && existsSync(intents.at(this.holder))) await alarm.sleep(trustMs);
    return this.endOfRequest();
  }

  /** Our intent stands, and the others wait for that now. A request stays: others may have read it already. */
  enter(): void {
    if (this.#ticket?.kind === 'ticket') this.leave();
  }

  /** Removes our ticket. Not for a request that another process may still apply. */
  leave(): void {
    // Another process that carried our request along, too, may have answered it meanwhile. Only we remove that answer.
    if (this.#ticket && !removeTicket(this.#ticket)) this.endOfRequest();
    this.#ticket = undefined;
  }

  /** Passes all processes that are gone. @returns undefined if there is something to wait for */
  #scan(site: Site, leaseMs: number, edits: readonly Edit[] | undefined, alarm: Alarm): Turn | undefined {
    for (;;) {
      const { intents, entries } = scan(site);
      keepUp(entries);
      const waitedFor = entries.filter(({ name }) => !this.unresponsive.has(name));
      const ahead = allAhead(waitedFor, this.#ticket);
      const passed = intents ? this.#passAll(intents, ahead, site.file, leaseMs) : 0;
      if (passed > 0) continue;
      const [obstacle] = ahead;
      if (obstacle?.kind === 'intent') this.holder = obstacle.name;
      if (!obstacle || !intents)
        return entries.some(({ name }) => name !== this.#ticket?.name) ? 'next' : 'free';
      if (performance.now() > this.#deadline) throw this.#timeout(obstacle, site.file);
      const isNew = this.#ticket === undefined;
      this.#ticket ??= takeTicket(site, edits);
      const watched = intents.at(nearestAhead(entries, this.#ticket)?.name ?? obstacle.name);
      const isSetAnew = alarm.watches !== watched && alarm.set(watched);
      // What is in the way may have gone while we took the ticket and set the alarm.
      if (!isNew && !isSetAnew) return undefined;
    }
  }

  /** How our request ended, if it has. */
  endOfRequest(): 'done' | 'unknown' | undefined {
    const { request } = this;
    if (!request) return undefined;
    const { intents, name } = request;
    if (existsSync(intents.at(name))) return undefined;
    this.#ticket = undefined;
    // Neither there nor done: it was removed from outside, perhaps after it had been read.
    return removeTicket({ intents, name: endedName(name) }) ? 'done' : 'unknown';
  }

  /**
   * Passes all entries of one listing that are gone. To list anew for each would take hours in a directory that was filled
   * with thousands.
   * @returns how many there were, up to the first that is not gone
   */
  #passAll(intents: Directory, ahead: readonly QueueEntry[], file: string, leaseMs: number): number {
    let passed = 0;
    for (const obstacle of ahead) {
      if (!this.#passes(intents, obstacle, leaseMs)) break;
      passed++;
      if (passed % passedMax === 0 && performance.now() > this.#deadline) throw this.#timeout(obstacle, file);
    }
    return passed;
  }

  /** @returns true once the obstacle is no longer one */
  #passes(intents: Directory, obstacle: QueueEntry, leaseMs: number): boolean {
    if (this.#seen?.name !== obstacle.name) this.#seen = { name: obstacle.name, since: performance.now() };
    const seenMs = performance.now() - this.#seen.since;
    // The thorough check costs as much as a commit's own share, and most obstacles are gone before it is due.
    const isDead = !seemsAlive(obstacle.owner) || (seenMs > thoroughMs && isProvablyDead(obstacle.owner));
    // A process that stands still may have a request besides its intent. The lease is waited for once.
    const { pid, startTime, machine } = obstacle.owner;
    const owner = `${pid} ${startTime} ${machine}`;
    if (!isDead && seenMs <= leaseMs && !this.#unresponsiveOwners.has(owner)) return false;
    this.#unresponsiveOwners.add(owner);
    // The request of a live process is not ours to destroy. It is carried along instead.
    if (!isDead && obstacle.kind === 'request') this.unresponsive.add(obstacle.name);
    else destroyEntry(intents, obstacle.name);
    return true;
  }

  #timeout({ owner }: QueueEntry, file: string): StoreError {
    const holder: Holder = {
      pid: owner.pid,
      host: owner.host,
      seenForMs: Math.round(performance.now() - (this.#seen?.since ?? 0)),
    };
    const who = `process ${holder.pid} on ${holder.host}`;
    return new StoreError(
      'E_TIMEOUT',
      `timed out waiting to write ${file}: ${who} has been ahead for ${holder.seenForMs} ms`,
      { definite: true, file, holder, hint: 'Nothing was written; try again' },
    );
  }
}

/** Lists the directory of intents that is there now. */
function scan(site: Site): { intents: Directory | undefined; entries: QueueEntry[] } {
  const intents = site.findIntents();
  const entries = listEntries(intents);
  // A directory that was removed since it was opened is empty, too. The other processes use another one by now.
  if (!intents || entries.length > 0 || site.hasIntentsInPlace()) return { intents, entries };
  site.loseIntents();
  const anew = site.findIntents();
  return { intents: anew, entries: listEntries(anew) };
}

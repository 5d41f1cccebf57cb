import { existsSync } from 'node:fs';
import { type Holder, StoreError } from '../../../errors/store-error.js';
import type { Directory } from '../../../surroundings/directory.js';
import type { Edit } from '../../document/change.js';
import type { Site } from '../disk/site.js';
import { Alarm } from './alarm.js';
import { endedName, type QueueEntry } from './entry-names.js';
import { wakeFirst } from './hand-over.js';
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

/** The interval between two looks, unless a process is woken earlier. */
const pauseMsMin = 8;
/**
 * The same for a request that has been left to a holder for long, on a slow disk say: all who wait would look again and again, for no
 * more than a holder that was killed.
 */
const pauseMsMax = 32;
/** The longest in a crowd: a holder that was killed is found by the first who looks. */
const crowdPauseMsMax = 1000;
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
  /** The intent that was in the way at the last scan. Undefined once it is gone. */
  holder: QueueEntry | undefined;
  readonly #deadline: number;
  readonly #unresponsiveOwners = new Set<string>();
  /** How many entries the last scan has found. */
  #crowd = 0;
  #ticket: Ticket | undefined;
  /** What is in the way, and since when we have seen it so, by our own monotonic clock alone. */
  #seen: { name: string; since: number } | undefined;

  /**
   * @param deadline on the monotonic clock, in milliseconds
   * @param holder the intent that was in the way of an earlier change
   */
  constructor(deadline: number, holder: QueueEntry | undefined) {
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
      if (isCrowded && edits) this.#ticket ??= takeTicket(site, edits);
      for (let pauseMs = pauseMsMin; ; ) {
        const turn = this.#look(site, leaseMs, edits, alarm);
        if (turn) return turn;
        const leftMs = this.#deadline - performance.now();
        const dueMs = Math.max(pauseMs, crowdPauseMs(this.#crowd));
        const isWoken = await alarm.sleep(Math.min(dueMs, Math.max(leftMs, pauseMsMin)));
        // Without an alarm nothing but the look says how things are, and a ticket is not left to a holder.
        const isOnOwn = this.request !== undefined && alarm.watches === placeOf(this.request);
        if (!isOnOwn) pauseMs = pauseMsMin;
        else if (!isWoken) pauseMs = Math.min(2 * pauseMs, pauseMsMax);
      }
    } finally {
      alarm.close();
    }
  }

  /** Our intent stands, and the others wait for that now. A request stays: others may have read it already. */
  enter(): void {
    if (this.#ticket?.kind === 'ticket') this.#remove(this.#ticket);
  }

  /** Removes our ticket. Not for a request that another process may still apply. */
  leave(): void {
    const ticket = this.#ticket;
    // Others may have found it in front of them after our intent was gone, or without one.
    if (ticket && this.#remove(ticket)) wakeFirst(ticket.site, ticket.intents);
  }

  /** @returns whether it was there */
  #remove(ticket: Ticket): boolean {
    const wasThere = removeTicket(ticket);
    // Another process that carried our request along, too, may have answered it meanwhile. Only we remove that answer.
    if (!wasThere) this.endOfRequest();
    this.#ticket = undefined;
    return wasThere;
  }

  /** Passes all processes that are gone. @returns undefined if there is something to wait for, and the alarm is set */
  #look(site: Site, leaseMs: number, edits: readonly Edit[] | undefined, alarm: Alarm): Turn | undefined {
    for (;;) {
      const isLeft = this.#isLeftToHolder(leaseMs, alarm);
      // Once another process has carried our request along, nothing may be in the way any more.
      const end = this.endOfRequest();
      if (end) return end;
      if (isLeft) return undefined;
      const { intents, entries } = scan(site);
      this.#crowd = entries.length;
      keepUp(entries);
      const waitedFor = entries.filter(({ name }) => !this.unresponsive.has(name));
      const ahead = allAhead(waitedFor, this.#ticket);
      if (intents && this.#passAll(intents, ahead, site.file, leaseMs) > 0) {
        // Whoever is the first now may have left its request to a holder that we have passed.
        wakeFirst(site, intents, this.#ticket?.name);
        continue;
      }
      const [obstacle] = ahead;
      this.holder = obstacle?.kind === 'intent' ? obstacle : undefined;
      if (!obstacle || !intents)
        return entries.some(({ name }) => name !== this.#ticket?.name) ? 'next' : 'free';
      if (performance.now() > this.#deadline) throw this.#timeout(obstacle, site.file);
      const isNew = this.#ticket === undefined;
      this.#ticket ??= takeTicket(site, edits);
      const watched = intents.at(this.#watched(entries, obstacle, this.#ticket));
      const isSetAnew = alarm.watches !== watched && alarm.set(watched);
      // What is in the way may have gone while we took the ticket and set the alarm.
      if (!isNew && !isSetAnew) return undefined;
    }
  }

  /**
   * While the holder that we saw last is there and responds, it will most likely carry our request along, and if it goes, it
   * wakes the first in line. So two names tell all that there is to know. To list the directory and judge all the others, at each of
   * their changes, would cost more than the commit.
   *
   * The alarm is set before the two are looked for:
   *
   *     W looks: H's intent is there | H removes it, lists, touches r-W | W sets its alarm, and sleeps over the wake-up
   */
  #isLeftToHolder(leaseMs: number, alarm: Alarm): boolean {
    const { request } = this;
    if (!request || !this.#hasHolder(request, leaseMs)) return false;
    const own = placeOf(request);
    if (alarm.watches === own) return true;
    alarm.set(own);
    return this.#hasHolder(request, leaseMs);
  }

  /** False where it is to be passed, too, or where our time is over: a scan says which. */
  #hasHolder({ intents }: Ticket, leaseMs: number): boolean {
    if (this.holder && !existsSync(intents.at(this.holder.name))) this.holder = undefined;
    const { holder } = this;
    return holder !== undefined && performance.now() <= this.#deadline && !this.#judge(holder, leaseMs);
  }

  /**
   * Whose change is to wake us. A request is touched by its answer, and by whoever goes when it is the first in line. A ticket is
   * touched by no process: its owner hears the end of what is in front.
   */
  #watched(entries: readonly QueueEntry[], obstacle: QueueEntry, own: Ticket): string {
    return own.kind === 'request' ? own.name : (nearestAhead(entries, own)?.name ?? obstacle.name);
  }

  /** How our request ended, if it has. */
  endOfRequest(): 'done' | 'unknown' | undefined {
    const { request } = this;
    if (!request) return undefined;
    const { intents, name } = request;
    if (existsSync(placeOf(request))) return undefined;
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
    const judgement = this.#judge(obstacle, leaseMs);
    if (!judgement) return false;
    this.#unresponsiveOwners.add(identityOf(obstacle));
    // The request of a live process is not ours to destroy. It is carried along instead.
    if (judgement === 'silent' && obstacle.kind === 'request') this.unresponsive.add(obstacle.name);
    else destroyEntry(intents, obstacle.name);
    return true;
  }

  /** Why an obstacle is to be passed. Undefined where it is to be waited for. */
  #judge(obstacle: QueueEntry, leaseMs: number): 'dead' | 'silent' | undefined {
    if (this.#seen?.name !== obstacle.name) this.#seen = { name: obstacle.name, since: performance.now() };
    const seenMs = performance.now() - this.#seen.since;
    // The thorough check costs as much as a commit's own share, and most obstacles are gone before it is due.
    const isDead = !seemsAlive(obstacle.owner) || (seenMs > thoroughMs && isProvablyDead(obstacle.owner));
    if (isDead) return 'dead';
    // A process that stands still may have a request besides its intent. The lease is waited for once.
    return seenMs > leaseMs || this.#unresponsiveOwners.has(identityOf(obstacle)) ? 'silent' : undefined;
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

/**
 * The shortest interval between two looks in a crowd. A look may list all that wait, so what all looks together cost grows with the
 * square of their number: at the usual interval 128 processes did little else, and calls ended at their deadlines. Who is first in line
 * is woken, unless it has no alarm: a user may have 128 on Linux (`fs.inotify.max_user_instances`).
 * @param crowd how many wait
 */
export function crowdPauseMs(crowd: number): number {
  return Math.min(Math.max(pauseMsMin, crowd ** 2 / 8), crowdPauseMsMax);
}

function placeOf({ intents, name }: Ticket): string {
  return intents.at(name);
}

/** One process, whatever it has in the queue. */
function identityOf({ owner: { pid, startTime, machine } }: QueueEntry): string {
  return `${pid} ${startTime} ${machine}`;
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

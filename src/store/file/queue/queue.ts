import { existsSync } from 'node:fs';
import type { Directory } from '../../../surroundings/directory.js';
import type { Edit } from '../../change.js';
import { type Holder, StoreError } from '../../errors.js';
import type { Site } from '../disk/site.js';
import { Alarm } from './alarm.js';
import { endedName, inOrder, type QueueEntry } from './entry-names.js';
import { createTicket, destroyEntry, listEntries, unlinkIfThere } from './intents.js';
import { isProvablyDead, seemsAlive } from './owner.js';
import { encodeRequest } from './request.js';

export interface Ticket {
  /** The directory of intents that it lies in. */
  intents: Directory;
  name: string;
  id: string;
  /** Of the file that was made: see `identityOf`. */
  identity: string;
  number: number;
  kind: 'ticket' | 'request';
  /** What it is a ticket for. */
  site: Site;
}

export type Turn =
  /** Nobody else is about. */
  | 'free'
  /** It is our turn among several. */
  | 'next'
  /** Somebody has carried our request along: it is committed and durable. */
  | 'done'
  /** Our request may have been carried along; nobody can tell. */
  | 'unknown';

/** How often everybody looks who is not woken earlier. */
const pauseMs = 8;
/** How long a request is left to the holder without a look at what else is going on. */
const trustMs = 4;
/** After so many that are gone the deadline is looked at: there may be any number. */
const passedMax = 100;
/** From when on the obstacle's owner is looked at thoroughly: a zombie, or a new process of the same number. */
const thoroughMs = 4;

/**
 * The queue makes progress likely; it is never needed for safety. Whoever finds the way free goes at
 * once; whoever does not takes a numbered ticket and waits for intents and for smaller tickets. A change that can be told
 * as data goes into the ticket, and is committed with that of whoever comes first.
 * Nobody waits while holding an intent: two that see each other would wait for ever.
 */
export class Queue {
  /** Requests in front of us whose owners did not stir for a lease: not waited for any longer. */
  readonly unresponsive = new Set<string>();
  /** The name of the intent that was in the way at the last look. */
  holder: string | undefined;
  readonly #deadline: number;
  readonly #unresponsiveOwners = new Set<string>();
  #ticket: Ticket | undefined;
  /** What is in the way, and since when we have seen it so: our own monotonic clock alone judges. */
  #seen: { name: string; since: number } | undefined;

  /**
   * @param deadline on the monotonic clock, in milliseconds
   * @param holder the name of the intent that was in the way of an earlier change
   */
  constructor(deadline: number, holder: string | undefined) {
    this.#deadline = deadline;
    this.holder = holder;
  }

  /** Our own, if it is still out there. */
  get request(): Ticket | undefined {
    return this.#ticket?.kind === 'request' ? this.#ticket : undefined;
  }

  /**
   * Resolves when nothing live is in the way, or nothing is left to do.
   * @param leaseMs how long a live process may be in the way unchanged
   * @param edits what a request may carry; undefined for a change that we must commit ourselves
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
        // First: with our request carried along by another, nothing may be in the way any more.
        const turn = this.endOfRequest() ?? this.#scan(site, leaseMs, edits, alarm);
        if (turn) return turn;
        await alarm.sleep(pauseMs);
      }
    } finally {
      alarm.close();
    }
  }

  /**
   * While the holder whom we saw last is still there, it will most likely carry our request along: a look at all the others
   * would cost more than the commit.
   */
  async #trust({ intents, name }: Ticket, alarm: Alarm): Promise<Turn | undefined> {
    if (this.holder === undefined || !existsSync(intents.at(this.holder))) return undefined;
    const place = intents.at(name);
    alarm.set(place);
    // It may have been told before the alarm was set.
    if (existsSync(place)) await alarm.sleep(trustMs);
    return this.endOfRequest();
  }

  /**
   * Our intent stands: the others wait for that now. A request stays: others may have read it already.
   */
  enter(): void {
    if (this.#ticket?.kind === 'ticket') this.leave();
  }

  /** Takes our ticket away. Not for a request that somebody may still apply. */
  leave(): void {
    // Somebody who carried our request along, too, may have told its end meanwhile: nobody else would take that away.
    if (this.#ticket && !removeTicket(this.#ticket)) this.endOfRequest();
    this.#ticket = undefined;
  }

  /** Passes whoever is gone. @returns undefined if there is something to wait for */
  #scan(site: Site, leaseMs: number, edits: readonly Edit[] | undefined, alarm: Alarm): Turn | undefined {
    for (;;) {
      const { intents, entries } = scan(site);
      keepUp(entries);
      const ahead = inOrder(entries.filter((entry) => this.#isInTheWay(entry)));
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
    // Neither there nor done: removed by a hand that is not ours, perhaps after it had been read.
    return removeTicket({ intents, name: endedName(name) }) ? 'done' : 'unknown';
  }

  #isInTheWay(entry: QueueEntry): boolean {
    return !this.unresponsive.has(entry.name) && isAhead(entry, this.#ticket);
  }

  /**
   * All that one listing shows to be gone. To list anew for each would take hours in a directory that was filled with
   * thousands.
   * @returns how many there were, up to the first that is not
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

  /** @returns whether the obstacle is one no longer */
  #passes(intents: Directory, obstacle: QueueEntry, leaseMs: number): boolean {
    if (this.#seen?.name !== obstacle.name) this.#seen = { name: obstacle.name, since: performance.now() };
    const seenMs = performance.now() - this.#seen.since;
    // The thorough look costs as much as a commit's own share: most of what is in the way is gone before it is due.
    const isDead = !seemsAlive(obstacle.owner) || (seenMs > thoroughMs && isProvablyDead(obstacle.owner));
    // A process that stands still has a request, too, besides its intent: the lease is waited for once.
    const { pid, startTime, machine } = obstacle.owner;
    const owner = `${pid} ${startTime} ${machine}`;
    if (!isDead && seenMs <= leaseMs && !this.#unresponsiveOwners.has(owner)) return false;
    this.#unresponsiveOwners.add(owner);
    // A request of somebody who lives is not ours to destroy: it is carried along instead.
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
      `gave up waiting to change ${file}: ${who} is ahead, for ${holder.seenForMs} ms`,
      {
        definite: true,
        file,
        holder,
        hint: 'Nothing was written; try again',
      },
    );
  }
}

/** How far our clock was set forward, in microseconds. */
let ahead = 0;
const numberMax = Number.MAX_SAFE_INTEGER / 2;

/** The machine's monotonic clock, in microseconds: on Node. Bun and Deno count from the start of the process. */
function clock(): number {
  return Number(process.hrtime.bigint() / 1000n) + ahead;
}

/**
 * Sets our clock forward to the largest number there is, as Lamport has it. Else a process of Bun or Deno, whose numbers are
 * small, would stand in front of all that came before it, again and again.
 */
function keepUp(entries: readonly QueueEntry[]): void {
  const newest = Math.max(0, ...entries.map(({ number }) => number).filter((number) => number < numberMax));
  if (newest > 0) ahead += Math.max(0, newest - clock());
}

/** The number is a clock's: an order that needs no look at the others. */
function takeTicket(site: Site, edits: readonly Edit[] | undefined): Ticket {
  const kind = edits ? 'request' : 'ticket';
  const number = clock();
  const content = edits ? encodeRequest(edits) : '';
  return { ...createTicket(site, kind, number, content), kind, number, site };
}

/**
 * Never fails: it must not hide how the change itself ended. What can't be unlinked, a directory of that name, is not what
 * was put there.
 * @returns whether it was there
 */
function removeTicket({ intents, name }: Pick<Ticket, 'intents' | 'name'>): boolean {
  try {
    return unlinkIfThere(intents.at(name), `${intents.path}/${name}`);
  } catch {
    // The next scan of any process sweeps it, or says what is in the way.
    return false;
  }
}

type Place = Pick<Ticket, 'name' | 'number'>;

/** Who is about, in the directory of intents that is there now. */
function scan(site: Site): { intents: Directory | undefined; entries: QueueEntry[] } {
  const intents = site.findIntents();
  const entries = listEntries(intents);
  // One that was removed since it was opened is empty, too: the others are in another by now.
  if (!intents || entries.length > 0 || site.hasIntentsInPlace()) return { intents, entries };
  site.loseIntents();
  const anew = site.findIntents();
  return { intents: anew, entries: listEntries(anew) };
}

/** An intent is in everybody's way; a ticket only in the way of those behind it, and of newcomers. */
export function firstObstacle(
  entries: readonly QueueEntry[],
  own: Place | undefined,
): QueueEntry | undefined {
  return inOrder(entries.filter((entry) => isAhead(entry, own)))[0];
}

/**
 * Whose end wakes us: the next in front of us, so that each change wakes one. It is told the end of its request right
 * before we are told ours, if it was carried along with us.
 */
function nearestAhead(entries: readonly QueueEntry[], own: Place | undefined): QueueEntry | undefined {
  return inOrder(entries.filter((entry) => entry.kind !== 'intent' && isAhead(entry, own))).at(-1);
}

function isAhead({ kind, name, number }: QueueEntry, own: Place | undefined): boolean {
  if (kind === 'intent') return true;
  // A standing intent waits for nobody, and nobody for it.
  if (kind !== 'ticket' && kind !== 'request') return false;
  return !own || number < own.number || (number === own.number && name < own.name);
}

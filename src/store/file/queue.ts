import path from 'node:path';
import { type Holder, StoreError } from '../errors.js';
import { Alarm } from './alarm.js';
import { createTicket, destroyEntry, type Entry, listEntries, unlinkIfThere } from './intents.js';
import { isProvablyDead } from './owner.js';
import type { Paths } from './paths.js';

interface Ticket {
  place: string;
  name: string;
  number: number;
}

/** How often those behind the first in line look, at the most; and the first, whom each change wakes. */
const pauseMsMax = 8;

/**
 * The queue makes progress likely; it is never needed for safety. Whoever finds the way free goes at
 * once; whoever does not takes a numbered ticket and waits for intents and for smaller tickets.
 * Nobody waits while holding an intent: two that see each other would wait for ever.
 */
export class Queue {
  private ticket: Ticket | undefined;
  private number: number | undefined;
  /** What is in the way, and since when we have seen it so: our own monotonic clock alone judges. */
  private seen: { name: string; since: number } | undefined;

  /** @param deadline on the monotonic clock, in milliseconds */
  constructor(private readonly deadline: number) {}

  /**
   * Resolves when nothing live is in the way.
   * @param leaseMs how long a live process may be in the way unchanged
   * @throws StoreError `E_TIMEOUT` past the deadline
   */
  async wait(paths: Paths, leaseMs: number): Promise<void> {
    const alarm = new Alarm();
    try {
      for (;;) {
        const pauseMs = this.look(paths, leaseMs, alarm);
        if (pauseMs === 0) return;
        await alarm.sleep(pauseMs);
      }
    } finally {
      alarm.close();
    }
  }

  /** Our intent stands: the others wait for that now. The number is kept, so a fenced commit returns to its place. */
  leave(): void {
    if (this.ticket) unlinkIfThere(this.ticket.place);
    this.ticket = undefined;
  }

  /** Passes whoever is gone. @returns how long to sleep before the next look, 0 if the way is free */
  private look(paths: Paths, leaseMs: number, alarm: Alarm): number {
    const entries = listEntries(paths.intents);
    const obstacle = firstObstacle(entries, this.ticket);
    if (!obstacle) return 0;
    if (this.isGone(obstacle, leaseMs)) {
      destroyEntry(path.join(paths.intents, obstacle.name));
      return this.look(paths, leaseMs, alarm);
    }
    if (performance.now() > this.deadline) throw this.timeout(obstacle, paths.file);
    this.ticket ??= this.takeTicket(paths.intents, entries);
    const ahead = entries.filter((entry) => isAhead(entry, this.ticket)).length;
    // A change wakes the first in line only: were it everybody, each commit would cost all of them a look.
    if (ahead > 1) return Math.min(ahead, pauseMsMax);
    if (alarm.isSet) return pauseMsMax;
    alarm.set(paths.intents);
    return alarm.isSet ? this.look(paths, leaseMs, alarm) : 1;
  }

  private takeTicket(directory: string, entries: Entry[]): Ticket {
    this.number ??= 1 + Math.max(0, ...entries.map((entry) => entry.ticket ?? 0));
    const place = createTicket(directory, this.number);
    return { place, name: path.basename(place), number: this.number };
  }

  private isGone(obstacle: Entry, leaseMs: number): boolean {
    if (this.seen?.name !== obstacle.name) this.seen = { name: obstacle.name, since: performance.now() };
    if (obstacle.owner && isProvablyDead(obstacle.owner)) return true;
    return performance.now() - this.seen.since > leaseMs;
  }

  private timeout({ owner }: Entry, file: string): StoreError {
    const holder: Holder = {
      pid: owner?.pid ?? 0,
      host: owner?.host ?? 'unknown',
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

/** An intent is in everybody's way; a ticket only in the way of those behind it, and of newcomers. */
export function firstObstacle(entries: readonly Entry[], own: Ticket | undefined): Entry | undefined {
  return entries
    .filter((entry) => isAhead(entry, own))
    .sort((a, b) => (a.ticket ?? 0) - (b.ticket ?? 0) || (a.name < b.name ? -1 : 1))[0];
}

function isAhead(entry: Entry, own: Ticket | undefined): boolean {
  if (entry.ticket === undefined || !own) return true;
  return entry.ticket < own.number || (entry.ticket === own.number && entry.name < own.name);
}

import { randomInt } from 'node:crypto';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Holder, StoreError } from '../errors.js';
import { createTicket, destroyEntry, type Entry, listEntries, unlinkIfThere } from './intents.js';
import { isProvablyDead } from './owner.js';

/**
 * The queue makes progress likely; it is never needed for safety. Whoever finds the way free goes at
 * once; whoever does not takes a numbered ticket and waits for intents and for smaller tickets.
 * Nobody waits while holding an intent: two that see each other would wait for ever.
 */
export class Queue {
  private ticket: { path: string; name: string; number: number } | undefined;
  private number: number | undefined;
  /** What is in the way and since when we have seen it so, unchanged: our own monotonic clock alone judges. */
  private seen: { name: string; since: number } | undefined;

  constructor(
    private readonly directory: string,
    private readonly file: string,
    private readonly leaseMs: number,
    private readonly deadline: number,
  ) {}

  /** Resolves when nothing live is in the way. Fails with `E_TIMEOUT` past the deadline. */
  async wait(): Promise<void> {
    for (;;) {
      const entries = listEntries(this.directory);
      const obstacle = firstObstacle(entries, this.ticket);
      if (!obstacle) return;
      if (this.isGone(obstacle)) {
        destroyEntry(path.join(this.directory, obstacle.name));
        continue;
      }
      if (performance.now() > this.deadline) throw this.timeout(obstacle);
      this.ticket ??= this.takeTicket(entries);
      const ahead = entries.filter((entry) => isAhead(entry, this.ticket)).length;
      await sleep(Math.min(ahead, 8) + randomInt(2));
    }
  }

  /** Our intent stands: the others wait for that now. The number is kept, so a fenced commit returns to its place. */
  leave(): void {
    if (this.ticket) unlinkIfThere(this.ticket.path);
    this.ticket = undefined;
  }

  private takeTicket(entries: Entry[]) {
    this.number ??= 1 + Math.max(0, ...entries.map((entry) => entry.ticket ?? 0));
    const place = createTicket(this.directory, this.number);
    return { path: place, name: path.basename(place), number: this.number };
  }

  private isGone(obstacle: Entry): boolean {
    if (this.seen?.name !== obstacle.name) this.seen = { name: obstacle.name, since: performance.now() };
    if (obstacle.owner && isProvablyDead(obstacle.owner)) return true;
    return performance.now() - this.seen.since > this.leaseMs;
  }

  private timeout(obstacle: Entry): StoreError {
    const holder: Holder = {
      pid: obstacle.owner?.pid ?? 0,
      host: obstacle.owner?.host ?? 'unknown',
      seenForMs: Math.round(performance.now() - (this.seen?.since ?? 0)),
    };
    return new StoreError(
      'E_TIMEOUT',
      `gave up waiting to change ${this.file}: process ${holder.pid} on ${holder.host} is ahead, seen for ${holder.seenForMs} ms`,
      { definite: true, file: this.file, holder, hint: 'Nothing was written; try again' },
    );
  }
}

/** An intent stands in everybody's way; a ticket only in the way of those behind it, and of newcomers. */
export function firstObstacle(
  entries: Entry[],
  own: { name: string; number: number } | undefined,
): Entry | undefined {
  return entries
    .filter((entry) => entry.ticket === undefined || isAhead(entry, own))
    .sort((a, b) => (a.ticket ?? 0) - (b.ticket ?? 0) || (a.name < b.name ? -1 : 1))[0];
}

function isAhead(entry: Entry, own: { name: string; number: number } | undefined): boolean {
  if (entry.ticket === undefined || !own) return true;
  return entry.ticket < own.number || (entry.ticket === own.number && entry.name < own.name);
}

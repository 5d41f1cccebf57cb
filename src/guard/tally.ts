import type { Judgement } from './memory.js';

/** What a guard has done, for one line at its end. */
export class Tally {
  writes = 0;
  stale = 0;
  late = 0;
  /** Repairs of a file that stayed torn. */
  restored = 0;
  failures = 0;
  readonly putBack = new Map<string, number>();
  readonly removedAgain = new Map<string, number>();
  /** From the look that found a damage to the end of its repair, in milliseconds. */
  readonly healMs: number[] = [];

  count({ kind, set, removed, putBack, removedAgain }: Judgement): void {
    if (set.length + removed.length + putBack.length + removedAgain.length > 0) this.writes++;
    if (kind === 'stale' || kind === 'misread') this.stale++;
    if (kind === 'late') this.late++;
    for (const key of putBack) this.putBack.set(key, (this.putBack.get(key) ?? 0) + 1);
    for (const key of removedAgain) this.removedAgain.set(key, (this.removedAgain.get(key) ?? 0) + 1);
  }
}

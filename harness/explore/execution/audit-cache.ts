import type { HistoryEvent } from '../../history/events.js';
import type { HistoryBuilder } from './history-builder.js';
import type { Sequel } from './sequel.js';

const countMax = 1_000_000;

/** What a fresh process has met at the end of the executions so far, by all that decides that. */
export class AuditCache {
  private readonly audits = new Map<string, Sequel>();

  /**
   * Ends a history with what a fresh process meets.
   * @param meets all that decides it
   * @param skips does not have it perform where that is known; its steps are missing then
   */
  *audit<Reported, Granted>(
    meets: string,
    { history, step, skips }: { history: HistoryBuilder; step: number; skips: boolean },
    perform: () => Generator<Reported, void, Granted>,
  ): Generator<Reported, HistoryEvent[], Granted> {
    const known = this.audits.get(meets);
    if (known && skips) return history.endAs(known, step);
    const begin = history.mark(step);
    yield* perform();
    const sequel = history.endSince(begin);
    this.audits.set(meets, sequel);
    return [...begin.events, ...sequel.events];
  }

  /** Too many would fill the process's memory. */
  trim(): void {
    if (this.audits.size > countMax) this.audits.clear();
  }
}

import type { HistoryEvent } from '../../history/events.js';
import { NondeterminismError } from '../schedule/nondeterminism.js';
import type { Chronicle, Sequel } from './chronicle.js';
import type { Step } from './executed.js';

const countMax = 1_000_000;

/** What is known from the executions so far. */
export class Memory {
  /** What calls found, by their causes. */
  private readonly found = new Map<number, number>();
  /** What a fresh process met at the end, by all that decides that. */
  private readonly audits = new Map<string, Sequel>();

  /**
   * With the same causes a call must find the same; else something decides that is not under control.
   * @param step from 0
   * @throws NondeterminismError
   */
  remember(cause: number, { call, end }: Step, step: number): void {
    if (!end) return;
    const known = this.found.get(cause);
    if (known === undefined) this.found.set(cause, end.digest);
    else if (known !== end.digest)
      throw new NondeterminismError(step, `${call?.call} ${call?.path ?? ''} found something else before`);
  }

  /**
   * Ends a history with what a fresh process meets.
   * @param meets all that decides it
   * @param skips does not have it perform where that is known; its steps are missing then
   */
  *audit<Heard, Told>(
    meets: string,
    { chronicle, step, skips }: { chronicle: Chronicle; step: number; skips: boolean },
    perform: () => Generator<Heard, void, Told>,
  ): Generator<Heard, HistoryEvent[], Told> {
    const known = this.audits.get(meets);
    if (known && skips) return chronicle.endAs(known, step);
    const begin = chronicle.mark(step);
    yield* perform();
    const sequel = chronicle.endSince(begin);
    this.audits.set(meets, sequel);
    return [...begin.events, ...sequel.events];
  }

  /** Too much of it would fill the process's memory. */
  trim(): void {
    for (const known of [this.found, this.audits]) if (known.size > countMax) known.clear();
  }
}

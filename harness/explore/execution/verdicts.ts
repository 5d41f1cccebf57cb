import type { HistoryEvent } from '../../history/events.js';
import { Print, printOfWord } from '../world/fingerprint.js';
import type { Executed } from './executed.js';
import { type Failure, failureOf, outcomeOf } from './failure.js';

const countMax = 1_000_000;

/**
 * What executions have led to. Checkers go by the order of events and by what they say, and time is the number of a step here: so two
 * histories that differ in nothing but their times are judged the same, and most of a search have come before.
 */
export class Verdicts {
  private readonly known = new Map<number, Failure | undefined>();
  private readonly seen = new Set<string>();

  /** @returns what is wrong, if anything; where the same was judged before, with the sentence of that */
  of(executed: Executed): Failure | undefined {
    const print = printOf(executed);
    if (this.known.has(print)) return this.known.get(print);
    // Too many would fill the process's memory.
    if (this.known.size >= countMax) this.known.clear();
    this.seen.add(outcomeOf(executed));
    const failure = failureOf(executed);
    this.known.set(print, failure);
    return failure;
  }

  /** The different outcomes. */
  get outcomes(): string[] {
    return [...this.seen].sort();
  }
}

/** A fingerprint of all that decides how an execution is judged. */
function printOf({ ending, events, idle }: Executed): number {
  const print = new Print();
  print.number(printOfWord(`${ending} ${idle === undefined}`));
  for (const event of events) addEvent(print, event);
  return print.value;
}

/** Without its times. */
function addEvent(print: Print, event: HistoryEvent): void {
  for (const name in event)
    if (name !== 'time' && name !== 'until') addMember(print, name, event[name as keyof HistoryEvent]);
  print.add(0x10002);
}

function addMember(print: Print, name: string, value: unknown): void {
  print.number(printOfWord(name));
  if (typeof value === 'string') print.number(printOfWord(value));
  else if (typeof value === 'number') print.number(value);
  else print.text(JSON.stringify(value) ?? '');
}

import { UsageError } from '../../src/cli/usage-error.js';
import { Floats } from '../history/column.js';
import type { Action, HistoryEvent } from '../history/events.js';
import { Names } from '../history/names.js';
import type { Inspector } from '../history/read.js';
import { faultOfShape } from '../history/shapes.js';

const actions: ReadonlySet<string> = new Set<Action>(['get', 'all', 'set', 'remove', 'refresh']);

/**
 * Refuses what is no history (events.ts): nothing that is said of one would be true of it. In one pass, with a memory of one
 * number for each operation.
 */
export class WellFormed implements Inspector {
  /** Operations of the file. */
  operations = 0;
  events = 0;
  private runs = 0;
  /** The line in which the file ends before the line does. */
  cutAt: number | undefined;
  /** The operations of this run, and when each began; not a number once it has ended. */
  private names = new Names();
  private begins = new Floats();

  /** @param place of the event, `history.jsonl:12` @throws UsageError naming what is wrong */
  add(event: HistoryEvent, place: string): void {
    this.events++;
    const wrong = this.faultOf(event);
    if (wrong !== undefined) throw new UsageError(`${place} is not an event of a history: ${wrong}`);
  }

  cut(line: number): void {
    this.cutAt = line;
  }

  /** A history of millions of operations is judged afterwards, which needs the memory. */
  readToEnd(): void {
    this.names = new Names();
    this.begins = new Floats();
  }

  private faultOf(event: HistoryEvent): string | undefined {
    const { type } = event;
    if (type === 'run') {
      this.runs++;
      this.readToEnd();
      const version: number = event.version;
      // What another one looks like is not known.
      return version === 1 ? faultOfShape(event) : `it has version ${version}, expected 1`;
    }
    const wrong = faultOfShape(event);
    if (wrong !== undefined) return wrong;
    if (this.runs === 0) return 'a "run" event comes first';
    if (type === 'invoke') return this.begin(event);
    return type === 'ok' || type === 'fail' || type === 'unknown'
      ? this.end(event.op, event.time)
      : undefined;
  }

  private begin({ op, action, key, time }: Extract<HistoryEvent, { type: 'invoke' }>): string | undefined {
    if (!actions.has(action)) {
      return `an unknown action ${JSON.stringify(action)}, expected one of: ${[...actions].join(', ')}`;
    }
    if (action !== 'all' && typeof key !== 'string') return `${action} has no "key"`;
    if (this.names.find(op) >= 0) return `operation ${op} begins twice`;
    this.names.add(op);
    this.begins.push(time);
    this.operations++;
    return undefined;
  }

  private end(op: string, time: number): string | undefined {
    const name = this.names.find(op);
    if (name < 0) return `operation ${op} ends and has not begun`;
    const begin = this.begins.get(name);
    if (Number.isNaN(begin)) return `operation ${op} ends twice`;
    if (time < begin) return `operation ${op} ends at ${time}, before its begin at ${begin}`;
    this.begins.set(name, Number.NaN);
    return undefined;
  }
}

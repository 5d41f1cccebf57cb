import { UsageError } from '../../src/cli/usage-error.js';
import type { Call } from '../linearizable/index.js';
import type { Dialect } from './dialects.js';
import type { LogEvent } from './log-event.js';

type Pending<Input, Output> = Call<Input, Output> & { f: string; key: string | undefined };

/**
 * Pairs the begins and ends of a log. They are in order of time, so their numbers are the clock. What is `info`, or has no
 * end, may still happen at any time after its begin: its process doesn't know, and the request may still be under way.
 * @throws UsageError naming the line that makes no sense
 */
export function toCalls<State, Input, Output>(
  events: Iterable<LogEvent & { line: number }>,
  dialect: Dialect<State, Input, Output>,
  place: string,
): Call<Input, Output>[] {
  const calls: Call<Input, Output>[] = [];
  const pending = new Map<string, Pending<Input, Output>>();
  let time = 0;
  let index = -1;
  let isKeyed: boolean | undefined;
  for (const event of events) {
    try {
      if (event.index !== undefined) {
        if (event.index <= index) throw new SyntaxError(`:index ${event.index} comes after :index ${index}`);
        index = event.index;
      }
      add(event);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new UsageError(`${place}:${event.line} can't be read: ${error.message}`);
    }
  }
  return [...calls, ...pending.values()].sort((a, b) => a.begin - b.begin);

  function add(event: LogEvent & { line: number }): void {
    time++;
    const { process, type, f, line } = event;
    const open = pending.get(process);
    if (type === 'invoke') {
      if (open) throw new SyntaxError(`process ${process} begins :${f} before :${open.f} has ended`);
      const { key, ...split } = dialect.split?.(event) ?? event;
      isKeyed ??= key !== undefined;
      if (isKeyed !== (key !== undefined)) {
        throw new SyntaxError('some operations have a key, as in [key value], and others have none');
      }
      const input = dialect.input({ key, ...split });
      const untold = { output: undefined, end: Number.POSITIVE_INFINITY, happened: 'maybe' } as const;
      pending.set(process, { id: `line ${line}`, process, input, begin: time, f, key, ...untold });
      return;
    }
    // Jepsen's own notes are `info`, too, and end nothing.
    if (!open || open.f !== f) {
      if (type === 'info') return;
      throw new SyntaxError(`process ${process} ends :${f}, which it has not begun`);
    }
    pending.delete(process);
    if (type === 'info') {
      calls.push(open);
      return;
    }
    // It certainly had no effect. Not even a compare-and-set says by it what the value was: many clients say `fail` of one that was
    // never tried, and Knossos draws no conclusion from it, either.
    if (type === 'fail') return;
    const ended = dialect.split?.(event) ?? event;
    if (ended.key !== open.key && (ended.key !== undefined || f === 'read' || f === 'get')) {
      throw new SyntaxError(
        `process ${process} ends :${f} of ${of(ended.key)}, and had begun it of ${of(open.key)}`,
      );
    }
    calls.push({ ...open, output: dialect.answer(open.input, ended), end: time, happened: 'yes' });
  }
}

function of(key: string | undefined): string {
  return key === undefined ? 'no key' : `key ${key}`;
}

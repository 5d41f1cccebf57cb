import type { Call } from '../checkers/linearizable/index.js';
import { UsageError } from '../core/usage-error.js';
import type { Dialect } from './dialects.js';
import type { LineReader, LogEvent } from './log-event.js';

type Pending<Input, Output> = Call<Input, Output> & { f: string };

/**
 * Pairs the begins and ends of a log. Its lines are in order of time, so their numbers are the clock. What is `info`, or has no
 * end, may still happen at any time after its begin: the process that asked for it knows no more, and the request may lie
 * somewhere yet.
 * @throws UsageError naming the line that can't be read
 */
export async function readCalls<State, Input, Output>(
  lines: AsyncIterable<string>,
  readLine: LineReader,
  dialect: Dialect<State, Input, Output>,
  place: string,
): Promise<Call<Input, Output>[]> {
  const calls: Call<Input, Output>[] = [];
  const pending = new Map<string, Pending<Input, Output>>();
  let number = 0;
  for await (const line of lines) {
    number++;
    try {
      const event = readLine(line);
      if (event) add(event);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new UsageError(`${place}:${number} can't be read: ${error.message}`);
    }
  }
  return [...calls, ...pending.values()].sort((a, b) => a.begin - b.begin);

  function add(event: LogEvent): void {
    const { process, type, f, value } = event;
    const open = pending.get(process);
    if (type === 'invoke') {
      if (open) throw new SyntaxError(`process ${process} begins :${f} before :${open.f} has ended`);
      const input = dialect.input(event);
      const untold = { output: undefined, end: Number.POSITIVE_INFINITY, happened: 'maybe' } as const;
      pending.set(process, { id: `line ${number}`, process, input, begin: number, f, ...untold });
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
    const output = type === 'ok' ? dialect.answer(open.input, value) : dialect.refusal(open.input);
    if (output !== undefined) calls.push({ ...open, output, end: number, happened: 'yes' });
  }
}

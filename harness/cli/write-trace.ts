import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

/** Writes a history as a trace for Perfetto (ui.perfetto.dev) and Chrome, however long it is. @returns how many records it has */
export async function writeTrace(history: string, file: string): Promise<number> {
  const { readEvents, Trace } = await import('../index.js');
  const output = createWriteStream(file);
  const ended = finished(output);
  // A place that can't be written to is reported by `finished`, below.
  ended.catch(() => {});
  const trace = new Trace();
  let count = 0;
  output.write('{"displayTimeUnit":"ms","traceEvents":[');
  for await (const events of readEvents(history)) {
    const lines = events.flatMap((event) => trace.add(event)).map((record) => `\n${JSON.stringify(record)}`);
    if (lines.length === 0) continue;
    const text = `${count > 0 ? ',' : ''}${lines.join(',')}`;
    count += lines.length;
    if (output.destroyed) break;
    if (!output.write(text)) await Promise.race([once(output, 'drain'), ended]);
  }
  output.end('\n]}\n');
  await ended;
  return count;
}

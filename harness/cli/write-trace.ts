import { once } from 'node:events';
import { createWriteStream, existsSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { TraceEvent } from '../index.js';

/**
 * Writes a history as a trace for Perfetto (ui.perfetto.dev) and Chrome, however long it is.
 * @param findings the file of what was found in it, where there is one
 * @returns how many records it has
 */
export async function writeTrace(history: string, findings: string, file: string): Promise<number> {
  const { readEvents, readFindings, Trace } = await import('../index.js');
  const output = createWriteStream(file);
  const ended = finished(output);
  // A place that can't be written to is reported by `finished`, below.
  ended.catch(() => {});
  const trace = new Trace();
  let count = 0;
  output.write('{"displayTimeUnit":"ms","traceEvents":[');
  const write = async (records: readonly TraceEvent[]) => {
    if (records.length === 0 || output.destroyed) return;
    const text = records.map((record) => `\n${JSON.stringify(record)}`).join(',');
    const isFull = !output.write(`${count > 0 ? ',' : ''}${text}`);
    count += records.length;
    if (isFull) await Promise.race([once(output, 'drain'), ended]);
  };
  for await (const events of readEvents(history)) {
    await write(events.flatMap((event) => trace.add(event)));
    if (output.destroyed) break;
  }
  if (existsSync(findings)) {
    for await (const finding of readFindings(findings)) await write(trace.found(finding));
  }
  output.end('\n]}\n');
  await ended;
  return count;
}

import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { nowSince } from '../history/clock.js';
import type { HistoryEvent } from '../history/events.js';
import { Tally } from './tally.js';

/** Writes one run's events to the end of the history file, and counts them for the progress line. */
export class Recorder {
  readonly tally = new Tally();
  private readonly stream: WriteStream;

  constructor(
    file: string,
    readonly epoch: bigint,
  ) {
    this.stream = createWriteStream(file, { flags: 'a' });
  }

  now(): number {
    return nowSince(this.epoch);
  }

  record(event: HistoryEvent): void {
    this.tally.add(event);
    this.stream.write(`${JSON.stringify(event)}\n`);
  }

  async close(): Promise<void> {
    this.stream.end();
    await once(this.stream, 'finish');
  }
}

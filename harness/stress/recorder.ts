import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { nowSince } from '../history/clock.js';
import type { ExitEvent, FaultEvent, FileEvent, HistoryEvent, Looks } from '../history/events.js';
import { Tally } from './tally.js';

/**
 * Writes one run's events to the end of the history file, and counts them for the progress line. Two kinds wait until what belongs
 * to them is known: a content, for when it was last seen, and a kill, for what it has cut off.
 */
export class Recorder {
  readonly tally = new Tally();
  private readonly stream: WriteStream;
  /** By process. */
  private readonly kills = new Map<number, FaultEvent>();
  private lastSight: FileEvent | undefined;
  private looks: Looks | undefined;

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
    if (event.type === 'exit') this.recordExit(event);
    else if (event.type === 'fault') this.recordFault(event);
    else if (event.type === 'final' && this.looks) this.write({ ...event, looks: this.looks });
    else this.write(event);
  }

  /** @param seenBefore when the content before was last found unchanged */
  recordSight(sight: FileEvent, seenBefore: number | undefined): void {
    this.tally.add(sight);
    this.writeLastSight(seenBefore);
    this.lastSight = sight;
  }

  /** @param seen when the last content was last found unchanged */
  endSights(looks: Looks, seen: number | undefined): void {
    this.writeLastSight(seen);
    this.looks = looks;
  }

  async close(): Promise<void> {
    this.writeLastSight(undefined);
    for (const kill of this.kills.values()) this.write(kill);
    this.stream.end();
    await once(this.stream, 'finish');
  }

  private recordExit(event: ExitEvent): void {
    const kill = this.kills.get(event.process);
    this.kills.delete(event.process);
    const under = this.operationOf(event.process);
    if (kill) this.write({ ...kill, ...under });
    this.write({ ...event, ...under });
    if (under.op !== undefined) this.tally.endOf(under.op);
  }

  private recordFault(event: FaultEvent): void {
    // It may return, or another may begin, before the signal gets there.
    if (event.fault === 'kill' && event.process !== undefined) this.kills.set(event.process, event);
    else this.write({ ...event, ...this.operationOf(event.process) });
  }

  private operationOf(process: number | undefined): { op?: string } {
    const op = process === undefined ? undefined : this.tally.underWayIn(process);
    return op === undefined ? {} : { op };
  }

  private writeLastSight(seen: number | undefined): void {
    if (this.lastSight) this.write(seen === undefined ? this.lastSight : { ...this.lastSight, seen });
    this.lastSight = undefined;
  }

  private write(event: HistoryEvent): void {
    this.stream.write(`${JSON.stringify(event)}\n`);
  }
}

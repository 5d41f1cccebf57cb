import path from 'node:path';
import type { HistoryEvent, ValueId } from '../../history/events.js';
import { leftoversBeside } from '../../line/beside.js';
import type { Disk } from '../../line/disk.js';
import { readEntries } from '../../line/foreign-reader.js';
import { mayChangeContent, mayChangeModes } from '../protocol/act.js';
import type { CallToMake, ClientEvent, Report } from '../protocol/protocol.js';
import { afterPowerLoss } from './after-power-loss.js';
import type { Client } from './client.js';
import type { Contents } from './contents.js';
import type { Ground, Trial } from './ground.js';
import { lastAnswer } from './last-answer.js';
import { looseIn } from './modes.js';
import { later, type Sequel, stepNs } from './sequel.js';

/**
 * Writes down what happens in one execution as the history that every run of the harness has, so that the same checkers judge
 * it. Time is the number of steps: step n is at n milliseconds.
 */
export class HistoryBuilder {
  private events: HistoryEvent[];
  private readonly beginnings = new Map<string, Extract<ClientEvent, { type: 'invoke' }>>();
  /** What a client that is alone has found out about the file. */
  layout: Trial['layout'];
  private artifacts: RegExp[] = [];
  private content: Buffer = Buffer.alloc(0);
  private entries: Record<string, ValueId> = {};
  private version = 0;
  private count = 0;
  private step = 0;

  constructor(
    private readonly file: string,
    target: string,
    seed: number,
    private readonly ground: Ground,
    private readonly disk: Disk,
    private readonly contents: Contents,
  ) {
    const { evidence, seeds, program } = ground;
    const how = evidence.of === 'file' ? {} : { evidence };
    this.events = [
      {
        type: 'run',
        version: 1,
        scenario: 'explore',
        target,
        seed,
        atLeast: {},
        ...how,
        ...(program ? { program } : {}),
      },
      ...seeds,
    ];
  }

  begin(): void {
    this.see(0);
  }

  started({ name, numberInHistory: pid }: Client, step: number): void {
    this.events.push({ type: 'start', time: this.time(step), client: name, process: pid, access: 'file' });
  }

  /** A client goes on: what it is about to begin has begun, and not before. What had ended by then is surely before it. */
  goesOn({ name, numberInHistory: pid }: Client, step: number): void {
    const event = this.beginnings.get(name);
    if (event) this.events.push({ ...event, time: this.time(step), client: name, process: pid });
    this.beginnings.delete(name);
  }

  record(client: Client, event: ClientEvent, step: number): void {
    if (event.type === 'invoke') {
      this.beginnings.set(client.name, event);
      return;
    }
    // What has ended without a single call began and ended just now.
    this.goesOn(client, step);
    const time = this.time(step);
    if (event.type === 'opened') this.artifacts = event.artifacts.map((source) => new RegExp(source));
    else if (event.type === 'token')
      this.events.push({ ...event, time, until: time, process: client.numberInHistory, expires: 0 });
    else if (event.type === 'layout') this.layout = event;
    else if (event.type !== 'look') this.events.push({ ...event, time });
    else if (event.broken !== null && !this.isOfStore) this.foundBroken(event.broken, time);
  }

  killed({ name, numberInHistory: pid }: Client, step: number): void {
    this.events.push({
      type: 'fault',
      time: this.time(step),
      fault: 'kill',
      phase: 'begin',
      client: name,
      process: pid,
    });
    this.exit(name, pid, step, { code: null, signal: 'SIGKILL', expected: true });
  }

  paused({ name, numberInHistory: pid }: Client, phase: 'begin' | 'end', step: number): void {
    this.events.push({
      type: 'fault',
      time: this.time(step),
      fault: 'pause',
      phase,
      client: name,
      process: pid,
    });
  }

  exited({ name, numberInHistory: pid }: Client, { stop, reason }: Report, step: number): void {
    if (stop === 'ended') this.exit(name, pid, step, { code: 0, signal: null, expected: true });
    else
      this.exit(name, pid, step, {
        code: 1,
        signal: null,
        expected: false,
        ...(reason === undefined ? {} : { error: reason }),
      });
  }

  /** Records a damage of the file, which no client's call has made. */
  damaged(step: number): void {
    const event = { type: 'fault', fault: 'corrupt', detail: 'half' } as const;
    this.events.push({ ...event, phase: 'begin', time: this.time(step) });
    this.see(step);
    this.events.push({ ...event, phase: 'end', time: this.time(step) });
  }

  /** How much has been recorded. */
  get length(): number {
    return this.events.length;
  }

  /** All that has been recorded that a power loss does not take back, without its times. */
  print(): string {
    return JSON.stringify(
      afterPowerLoss(this.events).map((event) => ('time' in event ? { ...event, time: 0 } : event)),
    );
  }

  /** The power was lost, and what is on the disk now is all there is. */
  powerLost(step: number): void {
    this.events = afterPowerLoss(this.events);
    this.events.push({ type: 'fault', fault: 'power-loss', phase: 'begin', time: this.time(step) });
    [this.content, this.entries] = [Buffer.alloc(0), {}];
    this.see(step);
    // Where there is none, what was in it is missed by others.
    if (this.isOfStore || !this.disk.lstatSync(this.file, { throwIfNoEntry: false })) return;
    const found = readEntries(this.file, 'credentials', this.ground.read, this.disk);
    if (typeof found === 'string') this.foundBroken(found, this.time(step));
  }

  /** The entries that the file held when it was whole last: what changes after it is recorded as a change of these. */
  get lastWhole(): string {
    return JSON.stringify(this.entries);
  }

  /**
   * A call may have changed the file: what a foreign reader would now find whole is a version. A program may end with this very call,
   * so what that has done is looked at before it counts as acknowledged.
   */
  recordContent(call: CallToMake, step: number): void {
    if (mayChangeContent(call)) this.see(step);
  }

  /** Records a file that other users can open, once, after a call that may have made it. */
  recordModes(call: CallToMake, step: number): void {
    if (!mayChangeModes(call)) return;
    for (const { name, mode } of looseIn(path.dirname(this.file), this.disk)) {
      const isRecorded = this.events.some(
        (one) => one.type === 'mode' && one.name === name && one.mode === mode,
      );
      if (!isRecorded) this.events.push({ type: 'mode', time: this.time(step), name, mode });
    }
  }

  /** From here on. */
  mark(step: number): Sequel {
    return { step, version: this.version, events: [...this.events] };
  }

  /** What has happened since, and what there is at the end. */
  endSince({ step, version, events }: Sequel): Sequel {
    return { step, version, events: this.end().slice(events.length) };
  }

  /** Ends as another execution did that had come to the same. */
  endAs({ step, version, events }: Sequel, now: number): HistoryEvent[] {
    const [steps, versions] = [(now - step) * stepNs, this.version - version];
    return [...this.events, ...events.map((event) => later(event, steps, versions))];
  }

  /** The answers of a module that is no store prove nothing: only its ending and its leftovers are judged. */
  withoutAnswers(events: HistoryEvent[]): HistoryEvent[] {
    if (this.ground.noStore === undefined) return events;
    return events.filter(({ type }) => !/^(invoke|ok|fail|unknown|token|seed|file)$/.test(type));
  }

  /** True where only the store can say what there is at the end. */
  get needsAudit(): boolean {
    return this.isOfStore && this.ground.noStore === undefined;
  }

  /** The entries at the end. A module that is no store has none, and no seeds; its leftovers still count. */
  private answer(): Record<string, ValueId> | string | undefined {
    return this.needsAudit ? lastAnswer(this.events) : {};
  }

  private get isOfStore(): boolean {
    return this.ground.evidence.of === 'store';
  }

  get hasLeftovers(): boolean {
    return this.leftovers().length > 0;
  }

  private leftovers(): string[] {
    return leftoversBeside(this.file, { patterns: this.ground.own, artifacts: this.artifacts }, this.disk);
  }

  /** What there is at the very end; where only the store could say that, and was not asked, it is not known. */
  end(): HistoryEvent[] {
    const { file, disk } = this;
    const { read } = this.ground;
    const found = this.isOfStore ? this.answer() : readEntries(file, 'credentials', read, disk);
    if (found === undefined) return this.events;
    const isBroken = typeof found === 'string';
    this.events.push({
      type: 'final',
      time: this.time(this.step + 1),
      broken: isBroken ? found : null,
      entries: isBroken ? {} : found,
      leftovers: this.leftovers(),
    });
    return this.events;
  }

  private exit(
    client: string,
    process: number,
    step: number,
    how: { code: number | null; signal: string | null; expected: boolean; error?: string },
  ): void {
    this.events.push({ type: 'exit', time: this.time(step), client, process, ...how });
  }

  /** By a foreign reader. What it finds whole is known already. */
  private foundBroken(broken: string, time: number): void {
    const { version } = this;
    this.events.push({ type: 'file', time, until: time, version, broken, set: {}, removed: [] });
  }

  private see(step: number): void {
    if (this.isOfStore) return;
    let content: Buffer;
    try {
      content = this.disk.readFileSync(this.file);
    } catch {
      return;
    }
    if (content.equals(this.content)) return;
    this.content = content;
    const found = this.contents.entriesIn(content, this.ground.read);
    // A half-written file is no version; a client that reads it reports it.
    if (typeof found === 'string') return;
    const before = this.entries;
    const set = Object.fromEntries(Object.entries(found).filter(([key, value]) => before[key] !== value));
    const removed = Object.keys(before).filter((key) => !Object.hasOwn(found, key));
    this.entries = found;
    const time = this.time(step);
    this.events.push({
      type: 'file',
      time,
      until: time,
      version: ++this.version,
      broken: null,
      set,
      removed,
    });
  }

  /** Never the same time twice: events keep the order in which they were recorded. */
  private time(step: number): number {
    if (step !== this.step) this.count = 0;
    this.step = step;
    return step * stepNs + this.count++;
  }
}

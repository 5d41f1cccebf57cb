import { asksForLife } from '../protocol/act.js';
import { factsOf } from '../protocol/calls.js';
import type { ClientProcess } from '../protocol/client-process.js';
import type { CallToMake, ClientEvent, Grant, Report } from '../protocol/protocol.js';
import type { Action } from '../schedule/action.js';
import type { WatchEvent } from '../world/listeners.js';
import { pidOf, startTimeOf } from './executed.js';
import { Spin } from './spin.js';

export type ClientState = 'alive' | 'ended' | 'killed' | 'crashed';

/** One of the things that a client can go on with. */
export type Option =
  /** It has not started yet. */
  | { kind: 'start' }
  | { kind: 'call'; call: CallToMake }
  | { kind: 'event'; event: WatchEvent }
  /** One of its own timers, or the end of a pause. */
  | { kind: 'timer'; due: number }
  /** Its process goes away. The moment matters only to a client that is about to ask whether it lives. */
  | { kind: 'exit' };

const start: readonly Option[] = [{ kind: 'start' }];
const exit: readonly Option[] = [{ kind: 'exit' }];
const nothing: readonly Option[] = [];

/** One client in one execution, as the scheduler sees it. */
export class Client {
  state: ClientState = 'alive';
  /** False for a successor that is still to start: see succession.ts. */
  hasStarted = true;
  /** No other process can find its process any more. */
  isGone = false;
  /** When the operation that it is at has begun, in virtual nanoseconds; undefined between two of them, and for one that was stopped. */
  begunAt: number | undefined;
  /** When it has taken its last step, in virtual nanoseconds. */
  restsSince = 0;
  /** How far its wall clock is ahead of that of the file system, in milliseconds, where it was set in this execution. */
  skewMs: number | undefined;
  /** Until when it is stopped, in virtual nanoseconds. */
  pausedUntil: number | undefined;
  readonly spin: Spin;
  private report: Report | undefined;
  private events: WatchEvent[] = [];
  /** Whose life it is about to ask for. */
  private asked: number | undefined;
  /** What it can go on with while nothing is in its way; undefined where that is to be found out. */
  private unhindered: Option[] | undefined;

  constructor(
    readonly index: number,
    readonly name: string,
    readonly pid: number,
    readonly process: ClientProcess,
    /** Whose operations of the program it performs: its own, or those of the killed client that it succeeds. */
    readonly role = index,
    roundsMin?: number,
  ) {
    this.spin = new Spin(roundsMin);
  }

  /** A client has taken a step, this one or another. */
  tookTurn(index: number, now: number): void {
    if (index === this.index) this.restsSince = now;
    else this.spin.release();
  }

  /** The number of its process in histories, where no two processes have the same. */
  get numberInHistory(): number {
    return pidOf(this.index);
  }

  get startTime(): number {
    return startTimeOf(this.index);
  }

  /** What another one can find out about it, and what has become of it. */
  get life(): string {
    return `${this.pid}${this.state}${this.isGone}`;
  }

  /** Another process that asks for its number finds it. */
  get isFindable(): boolean {
    return this.hasStarted && !this.isGone;
  }

  begin(life: Omit<Extract<Grant, { type: 'begin' }>, 'type' | 'client' | 'pid' | 'startTime'>): void {
    this.process.isIdle = false;
    const { name: client, pid, startTime } = this;
    this.process.send({ type: 'begin', client, pid, startTime, ...life });
  }

  /** Its process is taken from it. @param isForReal it is killed, and not only cut off */
  terminate(isForReal: boolean): void {
    if (isForReal) this.process.kill();
    else this.process.send({ type: 'die' });
    this.process.isIdle = true;
  }

  get lastReport(): Report | undefined {
    return this.report;
  }

  set lastReport(report: Report) {
    this.report = report;
    this.asked = report.calls.find(asksForLife)?.of;
    this.unhindered = undefined;
  }

  /** @returns how long the operation took that has just ended, in virtual nanoseconds; 0 where none has */
  timeOf({ type }: ClientEvent, now: number): number {
    if (type === 'invoke') this.begunAt = now;
    if (!/^(ok|fail|unknown)$/.test(type) || this.begunAt === undefined) return 0;
    const took = now - this.begunAt;
    this.begunAt = undefined;
    return took;
  }

  /** The kernel merges an event into an equal one that has not been read yet. */
  queueEvent(event: WatchEvent): void {
    const last = this.events.at(-1);
    const isSame =
      last && last.watch === event.watch && last.event === event.event && last.name === event.name;
    if (!isSame) this.events.push(event);
    this.unhindered = undefined;
  }

  private timeAt(now: number): { now: number; skewMs?: number } {
    return this.skewMs === undefined ? { now } : { now, skewMs: this.skewMs };
  }

  /** It is told of its oldest event. */
  deliver(event: WatchEvent, now: number): void {
    this.events.shift();
    this.spin.reset();
    this.unhindered = undefined;
    this.process.send({ type: 'event', ...this.timeAt(now), ...event });
  }

  /** Its next timer is due, or the call is over in which it sleeps. */
  wake(now: number): void {
    const [call] = this.report?.calls ?? [];
    if (this.report?.blocked && call) this.process.send({ type: 'call', id: call.id, ...this.timeAt(now) });
    else this.process.send({ type: 'timer', ...this.timeAt(now) });
  }

  /** It has made a call: a watch that it has ended reports nothing more. */
  hasMade({ call, of }: CallToMake): void {
    if (factsOf(call)?.watch !== 'ends') return;
    this.events = this.events.filter(({ watch }) => watch !== of);
    this.unhindered = undefined;
  }

  /** The number of the process whose life it is about to ask for, if it is. */
  get asksFor(): number | undefined {
    return this.state === 'alive' ? this.asked : undefined;
  }

  /**
   * What it can go on with, the oldest first: at most one timer, the next, last.
   * @param isAskedFor another client is about to ask whether it lives
   */
  options(isAskedFor = false): readonly Option[] {
    if (!this.hasStarted) return start;
    if (this.state === 'ended' || this.state === 'crashed')
      return isAskedFor && !this.isGone ? exit : nothing;
    if (this.state !== 'alive' || !this.report) return nothing;
    if (this.pausedUntil !== undefined) return [{ kind: 'timer', due: this.pausedUntil }];
    if (this.spin.holdsAny) return this.optionsAt(this.report);
    this.unhindered ??= this.optionsAt(this.report);
    return this.unhindered;
  }

  private optionsAt(report: Report): Option[] {
    const { due, blocked } = report;
    const calls = report.calls.filter(({ id }) => !this.spin.holds(id));
    const options: Option[] = calls.map((call) =>
      factsOf(call.call)?.sleeps ? { kind: 'timer', due: call.due ?? 0 } : { kind: 'call', call },
    );
    // A process that is stuck in a call gets no event and fires no timer.
    if (blocked) return options;
    const [event] = this.events;
    if (event) options.push({ kind: 'event', event });
    if (due !== undefined) options.push({ kind: 'timer', due });
    return options;
  }

  optionOf(action: Action): Option | undefined {
    return this.options(true)[action.do === 'run' ? action.option : 0];
  }
}

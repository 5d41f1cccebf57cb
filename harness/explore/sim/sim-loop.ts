import {
  advance,
  type Call,
  type Calls,
  Killed,
  type Lane,
  makeUnasked,
  outcomeOf,
  type PendingCall,
  pendingCallOf,
  type Runner,
} from '../calls/call.js';
import { describe } from '../calls/evidence.js';
import type { ClientEvent, Report, Stop } from '../protocol/protocol.js';
import { drain } from './drain.js';
import { answerOf, differenceOf, type Going, type Granted } from './granted.js';
import type { Host, Stopped } from './host.js';
import { NotSimulatedError } from './not-simulated.js';

/** Thrown into a stack that can't be kept while others go on. It has no code, so no program takes it for an error of the system. */
const suspended = new Killed('others go on');
suspended.stack = '';

/** How often a program may try another call that was given up: one that takes every error for a reason to try again has no other end. */
const triesMax = 10_000;

/**
 * The event loop of a virtual process: the same turns as that of a gated one. In a synchronous call the scheduler runs on top of the
 * program's stack. If it chooses another process, the stack is given up, and all that is left of this life with it. The process is made
 * again later, from all that it was granted: it sees nothing else, so it comes to the same call.
 */
export class SimLoop implements Runner {
  /** Set when the client's program is done. */
  isDone = false;
  private state: 'over' | 'live' | 'suspended' = 'over';
  private granted: Granted[] = [];
  /** How many of these this life has had. */
  private cursor = 0;
  private lanes: Lane[] = [];
  private ready: (() => void)[] = [];
  private events: ClientEvent[] = [];
  private count = 0;
  private tries = 0;
  private last: Report | undefined;
  private failure: Error | undefined;

  constructor(private readonly host: Host) {}

  /** Its program is on the heap: it can go on without being made again. */
  get isLive(): boolean {
    return this.state === 'live';
  }

  /** A new life, or the same once more. @param granted to begin with @param program starts it */
  begin(granted: Granted[], program: () => void): void {
    this.granted = granted;
    [this.cursor, this.count, this.tries] = [0, 0, 0];
    [this.lanes, this.ready, this.events] = [[], [], []];
    this.isDone = false;
    this.last = undefined;
    this.state = 'live';
    program();
  }

  /** It is dead. */
  endLife(): void {
    this.state = 'over';
    [this.lanes, this.ready, this.events] = [[], [], []];
  }

  emit(event: ClientEvent): void {
    if (this.isLive) this.events.push(event);
  }

  /** Runs a callback when nothing else is left to do: `setImmediate`, and what is done. */
  later(callback: () => void): void {
    if (this.isLive) this.ready.push(callback);
  }

  runNow<T>(whole: Calls<T>): T {
    const calls = this.host.divided(whole);
    let step = calls.next();
    while (!step.done) {
      const call = step.value;
      step = outcomeOf(() => this.makeNow(call), calls)() as IteratorResult<Call, T>;
    }
    return step.value;
  }

  runLater(whole: Calls, settle: (error: unknown, result: unknown) => void): void {
    if (!this.isLive) return;
    const calls = this.host.divided(whole);
    this.advance({ calls, settle, site: undefined }, this.lanes.length, () => calls.next());
  }

  /** The program did something that ends the process, or that can't be explored. */
  halt(stop: 'crashed' | 'refused', reason: string): never {
    if (this.isLive) {
      this.last = this.stopped(stop, undefined, reason).report;
      this.endLife();
    }
    throw new Killed(reason);
  }

  onUncaught(error: unknown): void {
    if (!this.isLive || error instanceof Killed) return;
    this.last = this.stopped('crashed', undefined, describe(error)).report;
    this.endLife();
  }

  /** What was granted to a process that is not in a call. */
  grant(going: Going): void {
    if (going.type !== 'call') this.fire(this.log({ grant: going }));
    else this.resumeLane(going);
  }

  /** Goes on as far as it can. @returns where it has come to; undefined where it was given up in the middle of a call */
  settle(): Stopped | undefined {
    for (;;) {
      drain((error) => this.onUncaught(error));
      if (this.failure) throw this.failure;
      if (this.state === 'suspended') return undefined;
      if (this.last) return { report: this.last, pending: [] };
      if (this.state === 'over') return undefined;
      const next = this.ready.shift();
      if (next) this.attempt(next);
      else if (this.isOver) {
        if (this.attempt(() => this.host.onEnd())) this.last = this.stopped('ended').report;
      } else if (this.cursor < this.granted.length) this.applyNext();
      else return this.stopped('waiting', undefined, this.waitsFor());
    }
  }

  private get isOver(): boolean {
    return this.isDone && this.lanes.length === 0 && !this.host.sources.keepsAlive();
  }

  /** @returns false where it threw */
  private attempt(callback: () => void): boolean {
    try {
      callback();
      return this.isLive;
    } catch (error) {
      this.onUncaught(error);
      return false;
    }
  }

  private waitsFor(): string | undefined {
    return this.lanes.length > 0 || this.host.sources.dueNext() !== undefined ? undefined : 'nothing';
  }

  /** Remembers a grant. @returns the same */
  private log(granted: Granted): Granted {
    this.granted.push(granted);
    this.cursor = this.granted.length;
    return granted;
  }

  private makeNow(call: Call): unknown {
    if (!this.host.isInside(call)) return makeUnasked(call);
    if (!this.isLive) this.refuse();
    const own = this.pend(call);
    for (;;) {
      const before = this.granted[this.cursor];
      if (before) {
        this.cursor++;
        if (before.grant.type === 'call' && before.grant.id === own.toMake.id)
          return answerOf(call, this.again(before, own));
        this.apply(before);
        continue;
      }
      const going = this.host.ask(this.stopped('waiting', own));
      if (!going) {
        if (this.isLive) this.state = 'suspended';
        this.refuse();
      }
      if (going.type !== 'call') throw new Error(`the scheduler said ${going.type} to a process in a call`);
      if (going.id === own.toMake.id) return answerOf(call, this.log(this.host.make(own, going)));
      this.resumeLane(going);
    }
  }

  private refuse(): never {
    if (++this.tries > triesMax) this.failure ??= new NotSimulatedError('it goes on after its end');
    throw suspended;
  }

  private pend(call: Call): PendingCall {
    return pendingCallOf(call, ++this.count);
  }

  private resumeLane(going: Extract<Going, { type: 'call' }>): void {
    const lane = this.laneOf(going.id);
    this.goOnWith(lane, this.log(this.host.make(lane.pending, going)));
  }

  private laneOf(id: number): Lane {
    const lane = this.lanes.find(({ pending }) => pending.toMake.id === id);
    if (!lane) throw new NotSimulatedError(`call ${id} is not under way in its second life`);
    return lane;
  }

  private goOnWith(lane: Lane, granted: Granted): void {
    const at = this.lanes.indexOf(lane);
    this.lanes.splice(at, 1);
    this.advance(
      lane,
      at,
      outcomeOf(() => answerOf(lane.pending.call, granted), lane.calls),
    );
  }

  private applyNext(): void {
    const before = this.granted[this.cursor++];
    if (before) this.apply(before);
  }

  /** What an earlier life was granted, and is no synchronous call. What was reported by then is not reported again. */
  private apply(before: Granted): void {
    const { grant } = before;
    if (grant.type !== 'call') {
      this.events = [];
      this.fire(before);
      return;
    }
    const lane = this.laneOf(grant.id);
    this.goOnWith(lane, this.again(before, lane.pending));
  }

  private again(before: Granted, { toMake }: PendingCall): Granted {
    this.events = [];
    const difference = differenceOf(before, toMake);
    if (difference !== undefined)
      this.failure ??= new NotSimulatedError(`made again, a client did ${difference}`);
    this.host.clock.setNow(before.grant.now, before.grant.skewMs);
    return before;
  }

  private fire({ grant }: Granted): void {
    this.host.clock.setNow(grant.now, grant.skewMs);
    this.attempt(() => {
      if (grant.type === 'timer') this.host.sources.fireNext();
      if (grant.type === 'event') this.host.sources.fireWatch(grant);
    });
  }

  /** Goes on up to the next call that must be asked for. @param at its place among those under way */
  private advance(lane: Omit<Lane, 'pending'>, at: number, move: () => IteratorResult<Call, unknown>): void {
    const call = advance(lane, move, {
      isAsked: (one) => this.host.isInside(one),
      later: (callback) => this.later(callback),
    });
    if (call) this.lanes.splice(at, 0, { ...lane, pending: this.pend(call) });
  }

  private stopped(stop: Stop, own?: PendingCall, reason?: string): Stopped {
    const { clock, sources } = this.host;
    const pending = [...(own ? [own] : []), ...this.lanes.map((lane) => lane.pending)];
    const isOver = stop !== 'waiting';
    const due = sources.dueNext();
    const report: Report = {
      stop,
      blocked: own !== undefined,
      calls: isOver ? [] : pending.map(({ toMake }) => toMake),
      now: clock.peek(),
      events: this.events,
      ...(reason === undefined ? {} : { reason }),
      ...(due === undefined ? {} : { due }),
      ...(clock.hasLooked ? { looked: true } : {}),
    };
    this.events = [];
    if (this.cursor < this.granted.length)
      this.failure ??= new NotSimulatedError('made again, a client came to another end');
    return { report, pending: isOver ? [] : pending };
  }
}

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
  type Sources,
} from '../calls/call.js';
import type { Clock } from '../calls/clock.js';
import { describe, digestOf, errnoError, seenIn } from '../calls/evidence.js';
import { Notes } from '../calls/notes.js';
import type { CallEnd, ClientEvent, Grant, Stop } from '../protocol/protocol.js';
import { receive, send } from './channel.js';
import { real } from './real.js';
import { siteOf } from './site.js';

/** How often a process looks whether what it waits for outside the gate has come, a millisecond apart. */
const patienceMax = 100;
/** How many calls a program may try that was killed: one that takes every error for a reason to try again has no other end. */
const triesAfterDeathMax = 100;

/**
 * The event loop of a gated process. A process stops in a synchronous call, or when it has nothing left to do but to wait;
 * it then reports to the scheduler what it could go on with, and goes on with what the scheduler grants.
 */
export class Loop {
  /** Where details are wanted: lines of the program and contents. */
  details = false;
  /** Set when the client's program is done. */
  isDone = false;
  /** Until the first execution begins, nothing is asked for: modules are being loaded. */
  private isLoading = true;
  private dead = true;
  private lanes: Lane[] = [];
  private ready: (() => void)[] = [];
  private events: ClientEvent[] = [];
  readonly notes = new Notes();
  private end: CallEnd | undefined;
  private count = 0;
  private patience = 0;
  private triesAfterDeath = 0;
  /** Counts executions. */
  life = 0;

  constructor(
    private readonly clock: Clock,
    private readonly sources: Sources,
    private readonly onBegin: (grant: Extract<Grant, { type: 'begin' }>) => void,
    private readonly onEnd: () => void,
    private readonly isOurs: (call: Call) => boolean,
  ) {}

  /** Forever: from one execution to the next. */
  start(): void {
    real.setImmediate(() => this.nextLife());
  }

  emit(event: ClientEvent): void {
    if (!this.dead) this.events.push(event);
  }

  /** Runs a callback when nothing else is left to do, before the process stops: `setImmediate`, and what is done. */
  later(callback: () => void): void {
    if (this.isLoading) real.setImmediate(callback);
    else if (!this.dead) this.ready.push(callback);
  }

  /** A synchronous function: blocks in each of its calls. */
  runNow<T>(calls: Calls<T>): T {
    let step = calls.next();
    while (!step.done) {
      const call = step.value;
      step = outcomeOf(() => this.makeNow(call), calls)() as IteratorResult<Call, T>;
    }
    return step.value;
  }

  /** An asynchronous one: its calls are made when the scheduler says so. */
  runLater(calls: Calls, settle: (error: unknown, result: unknown) => void): void {
    if (this.dead && !this.isLoading) return;
    const site = this.details ? siteOf() : undefined;
    this.advance({ calls, settle, site }, this.lanes.length, () => calls.next());
  }

  /** The program did something that ends the process, or that can't be explored. */
  halt(stop: 'crashed' | 'refused', reason: string): never {
    if (!this.dead) {
      this.report(stop, [], false, reason);
      this.endLife();
    }
    throw new Killed(reason);
  }

  /** An uncaught error. */
  onUncaught(error: unknown, life: number): void {
    if (this.dead || life !== this.life || error instanceof Killed) return;
    this.report('crashed', [], false, describe(error));
    this.endLife();
  }

  private makeNow(call: Call): unknown {
    if (!this.isOurs(call)) return makeUnasked(call);
    if (this.dead) this.refuse();
    const own = this.pend(call, this.details ? siteOf() : undefined);
    for (;;) {
      this.report('waiting', [own, ...this.lanes.map(({ pending }) => pending)], true);
      const grant = receive();
      if (grant.type === 'call' && grant.id === own.toMake.id) return this.make(own, grant);
      this.accept(grant);
      if (this.dead) this.refuse();
    }
  }

  /** What is thrown may be caught. */
  private refuse(): never {
    if (++this.triesAfterDeath > triesAfterDeathMax) real.kill(real.pid, 'SIGKILL');
    throw new Killed('this process was killed');
  }

  /** Makes the call. @returns what it returned */
  private make({ call, site }: PendingCall, grant: Extract<Grant, { type: 'call' }>): unknown {
    this.clock.setNow(grant.now, grant.skewMs);
    try {
      if (grant.errno !== undefined) throw errnoError(grant.errno, call.call, call.path);
      const result = call.run(grant);
      this.end = { site, ...seenIn(call, result, this.details) };
      return result;
    } catch (error) {
      const errno = (error as NodeJS.ErrnoException).code ?? 'EUNKNOWN';
      this.end = { site, errno, digest: digestOf(errno) };
      throw error;
    }
  }

  /** Goes on up to the next call that must be asked for. @param at its place among those under way */
  private advance(lane: Omit<Lane, 'pending'>, at: number, move: () => IteratorResult<Call, unknown>): void {
    const call = advance(lane, move, {
      isAsked: (one) => this.isOurs(one),
      later: (callback) => this.later(callback),
    });
    if (call) this.lanes.splice(at, 0, { ...lane, pending: this.pend(call, lane.site) });
  }

  private pend(call: Call, site: string | undefined): PendingCall {
    return pendingCallOf(call, ++this.count, site);
  }

  private accept(grant: Grant): void {
    if (grant.type === 'die') {
      this.endLife();
      return;
    }
    if (grant.type !== 'call') throw new Error(`the scheduler said ${grant.type} to a process in a call`);
    const index = this.lanes.findIndex(({ pending }) => pending.toMake.id === grant.id);
    const lane = this.lanes[index];
    if (!lane) throw new Error(`the scheduler granted call ${grant.id}, which is not under way`);
    this.lanes.splice(index, 1);
    const { calls, pending } = lane;
    this.advance(
      lane,
      index,
      outcomeOf(() => this.make(pending, grant), calls),
    );
  }

  /** One turn of the event loop: everything that can be done without the scheduler is done by then. */
  private turn(life: number): void {
    if (life !== this.life) return;
    if (this.dead) {
      this.nextLife();
      return;
    }
    const callback = this.ready.shift();
    if (callback) {
      // Before it runs: it may throw, and the loop must go on to report that.
      real.setImmediate(() => this.turn(life));
      callback();
      return;
    }
    const isOver = this.isDone && this.lanes.length === 0 && !this.sources.keepsAlive();
    if (isOver) {
      try {
        this.onEnd();
      } catch (error) {
        if (error instanceof Killed) {
          this.start();
          return;
        }
        throw error;
      }
      this.report('ended', [], false);
      this.endLife();
      this.start();
      return;
    }
    if (this.waitsOutside() && this.patience-- > 0) {
      real.setTimeout(() => this.turn(life), 1);
      return;
    }
    this.report(
      'waiting',
      this.lanes.map(({ pending }) => pending),
      false,
      this.waitsFor(),
    );
    const grant = receive();
    if (grant.type === 'die') {
      this.endLife();
      this.start();
      return;
    }
    real.setImmediate(() => this.turn(life));
    if (grant.type === 'call') {
      this.accept(grant);
      return;
    }
    this.clock.setNow(grant.now, grant.skewMs);
    if (grant.type === 'timer') this.sources.fireNext();
    if (grant.type === 'event') this.sources.fireWatch(grant);
  }

  /** Something of Node's own is under way, like a module that is being loaded: it may come back in real time. */
  private waitsOutside(): boolean {
    const waits = this.waitsFor();
    return waits !== undefined && waits !== 'nothing';
  }

  /** What Node knows of that is neither ours nor always there: a process that waits for it waits outside the gate. */
  private waitsFor(): string | undefined {
    if (this.lanes.length > 0 || this.sources.dueNext() !== undefined) return undefined;
    const resources = process.getActiveResourcesInfo().filter((name) => name !== 'Immediate');
    return resources.length > 0 ? resources.join(', ') : 'nothing';
  }

  private nextLife(): void {
    const grant = receive();
    // Said to one that had ended meanwhile.
    if (grant.type !== 'begin') {
      this.start();
      return;
    }
    this.isLoading = false;
    this.dead = false;
    this.isDone = false;
    this.count = 0;
    this.patience = patienceMax;
    this.triesAfterDeath = 0;
    const life = ++this.life;
    this.onBegin(grant);
    real.setImmediate(() => this.turn(life));
  }

  private report(stop: Stop, pending: readonly PendingCall[], blocked: boolean, reason?: string): void {
    send({
      stop,
      blocked,
      calls: pending.map(({ toMake }) => toMake),
      now: this.clock.peek(),
      events: this.events,
      reason,
      due: this.sources.dueNext(),
      end: this.end,
      ...this.notes.drain(),
      ...(this.clock.hasLooked ? { looked: true } : {}),
    });
    this.events = [];
    this.end = undefined;
  }

  private endLife(): void {
    this.dead = true;
    [this.lanes, this.ready, this.events] = [[], [], []];
    this.end = undefined;
  }
}

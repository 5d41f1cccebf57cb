import type { Action } from '../schedule/action.js';
import type { Client } from './client.js';
import type { LastStep } from './enabled-actions.js';
import type { FaultBudget } from './executed.js';

/** A wall clock is set: further than any lease is long. */
const stepMs = 3_600_000;

/** The clocks of machines are further apart than any lease, and one is behind that of the files. */
const apartMs = 90_000;

/**
 * Wall clocks, and steps of them, as an administrator or a time service makes them: forward or back, at any moment. Monotonic clocks
 * go on. All processes of one machine have the same wall clock, and the files on it get their times from that. Machines that share
 * a directory have one each, and files have the times of the one that keeps them, which is none of these.
 */
export class WallClocks {
  /** By machine, in milliseconds. */
  private readonly steps: number[] = [];

  /** @param areMany each client has a machine of its own @param granularity of the times of files, in nanoseconds */
  constructor(
    private readonly areMany = false,
    private readonly granularity = 1,
  ) {}

  /** How far a client's clock is ahead of virtual time, in milliseconds. */
  skewOf(client: number): number {
    return (this.areMany ? client * apartMs - apartMs : 0) + this.stepOf(client);
  }

  private stepOf(client: number): number {
    return this.steps[this.areMany ? client : 0] ?? 0;
  }

  /** What files get as their time at a moment of virtual time, in nanoseconds. */
  ofFiles(now: number): number {
    const { granularity } = this;
    const ns = this.shifted(now);
    return granularity === 1 ? ns : Math.floor(ns / granularity) * granularity;
  }

  /** A number for all that a client's clocks show at that moment. It is the moment itself as long as none was set. */
  at(now: number, { skewMs = 0 }: Client): number {
    return this.shifted(now) + skewMs;
  }

  /** As the machine that keeps the files has it. */
  private shifted(now: number): number {
    return this.areMany ? now : now + this.stepOf(0) * 1e6;
  }

  /** Sets the clock of a client's machine. */
  set({ index }: Client, ms: number, clients: readonly Client[]): void {
    this.steps[this.areMany ? index : 0] = this.stepOf(index) + ms;
    for (const one of clients) if (!this.areMany || one.index === index) one.skewMs = this.skewOf(one.index);
  }

  /** All that decides what clients see of it. */
  get state(): string {
    return this.steps.join(' ');
  }
}

/**
 * Steps of wall clocks that are possible now: right after a step of a client that others can notice, or that looked at the clock, as
 * before any other it would be the same; and at the beginning.
 * @param last undefined at the beginning
 */
export function clockStepsOf(
  clients: readonly Client[],
  { clocks = 0 }: FaultBudget,
  last: LastStep | undefined,
): Action[] {
  if (clocks === 0) return [];
  const client = last?.client ?? 0;
  if (last && !last.isShared && clients[client]?.lastReport?.looked !== true) return [];
  return [stepMs, -stepMs].map((ms): Action => ({ do: 'clock', client, ms }));
}

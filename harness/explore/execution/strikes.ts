import type { ClientProcess } from '../protocol/client-process.js';
import type { Action } from '../schedule/action.js';
import { pauseNs } from '../schedule/limits.js';
import type { SharedAccess } from '../world/footprint.js';
import type { World } from '../world/world.js';
import type { Client } from './client.js';
import { damage } from './damage.js';
import type { FaultBudget } from './executed.js';
import type { HistoryBuilder } from './history-builder.js';
import { successorOf } from './succession.js';
import type { WallClocks } from './wall-clocks.js';

/** When a fault comes. */
interface Moment {
  accesses: readonly SharedAccess[];
  /** Virtual time, in nanoseconds. */
  now: number;
  step: number;
}

/** Faults for a client between two of its calls, or for the file. */
export class Strikes {
  /** @param samePid a killed client has a successor: see succession.ts */
  constructor(
    private readonly budget: FaultBudget,
    private readonly clients: Client[],
    private readonly history: HistoryBuilder,
    private readonly world: World,
    private readonly acquireProcess: (index: number, pid: number) => ClientProcess,
    private readonly clocks: WallClocks,
    private readonly samePid = false,
  ) {}

  /** @param terminate takes its process from the client */
  strike(client: Client, action: Action, { accesses, now, step }: Moment, terminate: () => void): void {
    const { budget, clients, history, world } = this;
    if (action.do === 'damage') {
      budget.damages = (budget.damages ?? 0) - 1;
      damage(world, clients, client, { accesses, now });
      history.damaged(step);
    } else if (action.do === 'clock') {
      budget.clocks = (budget.clocks ?? 0) - 1;
      this.clocks.set(client, action.ms, clients);
    } else if (action.do === 'kill') {
      budget.kills--;
      terminate();
      client.state = 'killed';
      client.isGone = true;
      history.killed(client, step);
      if (this.samePid) clients.push(successorOf(client, clients.length, this.acquireProcess));
    } else if (action.do === 'pause') {
      budget.pauses--;
      client.pausedUntil = now + pauseNs;
      client.begunAt = undefined;
      history.paused(client, 'begin', step);
    } else budget.waits--;
  }
}

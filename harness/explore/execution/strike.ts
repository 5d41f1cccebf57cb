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

/** What a fault may touch. */
interface Scene {
  budget: FaultBudget;
  clients: Client[];
  history: HistoryBuilder;
  world: World;
  accesses: readonly SharedAccess[];
  /** Virtual time, in nanoseconds. */
  now: number;
  step: number;
  samePid: boolean | undefined;
  terminate: () => void;
  acquireProcess: (index: number, pid: number) => ClientProcess;
}

/** A fault for a client between two of its calls, or for the file. */
export function strike(client: Client, action: Action, scene: Scene): void {
  const { budget, clients, history, world, accesses, now, step } = scene;
  if (action.do === 'damage') {
    budget.damages = (budget.damages ?? 0) - 1;
    damage(world, clients, client, { accesses, now });
    history.damaged(step);
  } else if (action.do === 'kill') {
    budget.kills--;
    scene.terminate();
    client.state = 'killed';
    client.isGone = true;
    history.killed(client, step);
    if (scene.samePid) clients.push(successorOf(client, clients.length, scene.acquireProcess));
  } else if (action.do === 'pause') {
    budget.pauses--;
    client.pausedUntil = now + pauseNs;
    client.begunAt = undefined;
    history.paused(client, 'begin', step);
  } else budget.waits--;
}

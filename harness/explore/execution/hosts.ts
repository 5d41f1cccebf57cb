import type { WatchEvent } from '../world/listeners.js';
import type { Client } from './client.js';
import { type Conditions, pidOf } from './executed.js';

/**
 * Machines that share one directory, as clients of a network do. The processes have the same number, each on a machine of its own:
 * with another boot id, a wall clock of its own, and watches that see nothing of what others change. Or containers of one machine:
 * the processes have the same number, each in a pid namespace of its own, and all else in common.
 */
export class Hosts {
  private readonly areMany: boolean;
  private readonly isAlone: boolean;

  constructor({ hosts = false, containers = false }: Pick<Conditions, 'hosts' | 'containers'> = {}) {
    this.areMany = hosts;
    this.isAlone = hosts || containers;
  }

  readonly pidOf = (client: number): number => pidOf(this.isAlone ? 0 : client);

  /** Those of which it can see whether they live. */
  findableBy(client: Client, clients: readonly Client[]): readonly Client[] {
    return this.isAlone ? [client] : clients;
  }

  /** What is reported of a change that a client has made. */
  reported(client: Client, events: [client: number, WatchEvent][]): [client: number, WatchEvent][] {
    return this.areMany ? events.filter(([who]) => who === client.index) : events;
  }
}

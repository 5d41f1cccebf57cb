import type { WatchEvent } from '../world/listeners.js';
import type { Client } from './client.js';
import { pidOf } from './executed.js';

/**
 * Machines that share one directory, as containers and clients of a network do. The processes have the same number, each on a
 * machine of its own: with another boot id, a wall clock of its own, and watches that see nothing of what others change.
 */
export class Hosts {
  /** @param areMany false: all clients are on one machine */
  constructor(private readonly areMany = false) {}

  readonly pidOf = (client: number): number => pidOf(this.areMany ? 0 : client);

  /** Those of which it can see whether they live. */
  findableBy(client: Client, clients: readonly Client[]): readonly Client[] {
    return this.areMany ? [client] : clients;
  }

  /** What is reported of a change that a client has made. */
  reported(client: Client, events: [client: number, WatchEvent][]): [client: number, WatchEvent][] {
    return this.areMany ? events.filter(([who]) => who === client.index) : events;
  }
}

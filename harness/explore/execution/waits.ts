import type { ClientEvent } from '../protocol/protocol.js';
import type { Client } from './client.js';
import type { Executed } from './executed.js';

/**
 * How long operations wait in one execution. Virtual time passes only while no client can go on, so each wait is one of all.
 */
export class Waits {
  private nsMax = 0;
  private idle: string | undefined;

  /** @param idleMs an operation that has waited for longer, though nothing went wrong, is a finding; default: none is */
  constructor(private readonly idleMs = Number.POSITIVE_INFINITY) {}

  get found(): Pick<Executed, 'waitedNsMax' | 'idle'> {
    return { waitedNsMax: this.nsMax, ...(this.idle === undefined ? {} : { idle: this.idle }) };
  }

  /** A client reports what it has done. */
  observe(client: Client, event: ClientEvent, now: number): void {
    this.nsMax = Math.max(this.nsMax, client.timeOf(event, now));
  }

  /**
   * No client can go on, and the first timer is one of a client's own. If that client is at an operation, it wakes by
   * itself: whatever it waited for is there already, and nothing has woken it, or no process works on it.
   */
  wakesItself({ name, begunAt, restsSince }: Client, due: number): void {
    const ms = begunAt === undefined ? 0 : (due - Math.max(begunAt, restsSince)) / 1e6;
    if (ms > this.idleMs)
      this.idle ??= `${name} slept over its operation for ${ms} ms until its own timer woke it, while no process could go on`;
  }
}

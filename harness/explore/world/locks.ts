import type { CallToMake } from '../protocol/protocol.js';
import { lockOf } from './footprint.js';
import type { Tree } from './walk.js';

const none: ReadonlySet<string> = new Set();

/** The locks of the kernel that each client has got. */
export class Locks {
  private readonly held = new Map<number, Set<string>>();

  of(client: number): ReadonlySet<string> {
    return this.held.get(client) ?? none;
  }

  /** A call on a lock has succeeded. @returns who hears of it by a watch: nobody */
  note(client: number, call: CallToMake, tree: Tree): [] {
    const locks = new Set(this.of(client));
    if (call.call === 'lock') locks.add(lockOf(call, tree));
    else locks.delete(lockOf(call, tree));
    this.held.set(client, locks);
    return [];
  }

  /** @param client whose life is over; without one, all */
  forget(client?: number): void {
    if (client === undefined) this.held.clear();
    else this.held.delete(client);
  }
}

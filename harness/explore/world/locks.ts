const none: ReadonlySet<string> = new Set();

/** The locks of the kernel that each client has got. */
export class Locks {
  private readonly held = new Map<number, Set<string>>();

  of(client: number): ReadonlySet<string> {
    return this.held.get(client) ?? none;
  }

  /** A call on a lock has succeeded. */
  record(client: number, how: 'takes' | 'drops', lock: string): void {
    const locks = new Set(this.of(client));
    if (how === 'takes') locks.add(lock);
    else locks.delete(lock);
    this.held.set(client, locks);
  }

  /** @param client whose life is over; without one, all */
  forget(client?: number): void {
    if (client === undefined) this.held.clear();
    else this.held.delete(client);
  }
}

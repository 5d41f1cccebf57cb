import type { Identity } from '../protocol/protocol.js';

/** Numbers and times of all files, the same in every execution, whatever numbers the system gives. */
export class Inodes {
  /** By the system's number. */
  private readonly known = new Map<string, Identity>();
  /** The system's numbers by ours. */
  private readonly ids = new Map<string, string>();
  /** How many files each client has made. */
  private readonly births = new Map<number, number>();

  forget(): void {
    this.known.clear();
    this.ids.clear();
    this.births.clear();
  }

  /**
   * Gives a new file its number, which says which client made it, and how many it had made before: the same however the calls of
   * the others lie between.
   * @param id the system's number
   * @param client -1 for what is there at the beginning
   */
  born(id: string, client: number, now: number): string {
    const count = (this.births.get(client) ?? 0) + 1;
    this.births.set(client, count);
    const ino = (client + 2) * 100_000 + count;
    this.known.set(id, { ino, mtime: now, ctime: now, birthtime: now });
    this.ids.set(String(ino), id);
    return String(ino);
  }

  /** Changes times. Nothing happens for a number that is not known. */
  touch(number: string | undefined, times: Partial<Identity>): void {
    const known = number === undefined ? undefined : this.known.get(this.idOf(number));
    if (known) Object.assign(known, times);
  }

  /** @param id the system's number */
  identityOf(id: string): Identity | undefined {
    return this.known.get(id);
  }

  /** Our number of a file, by the system's; one with a `?` for a file that no call was seen to make. */
  numberOf(id: string): string {
    return String(this.known.get(id)?.ino ?? `?${id}`);
  }

  /** The system's number of a file, by ours. */
  idOf(number: string): string {
    return this.ids.get(number) ?? number.replace('?', '');
  }
}

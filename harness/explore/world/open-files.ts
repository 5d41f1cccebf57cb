import { keyOf } from './footprint.js';
import type { Entry, OpenFile } from './walk.js';

/** What each client has open, by its descriptors, and what halves of its calls have found. */
export class OpenFiles {
  private readonly all = new Map<string, OpenFile>();

  get(client: number, fd: number | string): OpenFile | undefined {
    return this.all.get(`${client}.${fd}`);
  }

  add(client: number, fd: number | string, file: OpenFile): void {
    this.all.set(`${client}.${fd}`, file);
  }

  remove(client: number, fd: number | string): void {
    this.all.delete(`${client}.${fd}`);
  }

  /** A name was changed: a client that has the file open by it has it open under the new name. */
  renamed(inode: string | undefined, from: Entry, to: Entry): void {
    const key = keyOf(from);
    for (const file of this.all.values())
      if (file.inode === inode && file.entry && keyOf(file.entry) === key) file.entry = to;
  }

  /** @param client whose life is over; without one, all */
  forget(client?: number): void {
    if (client === undefined) this.all.clear();
    for (const name of this.all.keys()) if (name.startsWith(`${client}.`)) this.all.delete(name);
  }
}

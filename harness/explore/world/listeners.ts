import { keyOf } from './footprint.js';
import type { Entry } from './walk.js';

/** An open watch of a client. */
export interface Watch {
  client: number;
  of: number;
  /** What it was opened for: it reports whatever comes to be there. */
  entry: string | undefined;
  inode: string | undefined;
  name: string;
  isDirectory: boolean;
}

export interface WatchEvent {
  watch: number;
  event: 'rename' | 'change';
  name: string;
}

/** A change that watches report. */
export interface Change {
  event: 'rename' | 'change';
  entry: Entry | undefined;
  inode?: string | undefined;
}

/** Which client watches what, and which change its watches report. */
export class Listeners {
  private watches: Watch[] = [];

  add(watch: Watch): void {
    this.watches.push(watch);
  }

  /** @param of the number of one watch; without it, all of the client */
  remove(client: number, of?: number): void {
    this.watches = this.watches.filter(
      (watch) => watch.client !== client || (of !== undefined && watch.of !== of),
    );
  }

  clear(): void {
    this.watches = [];
  }

  /** @returns the event of each watch that reports a change, with its client */
  notify({ event, entry, inode }: Change): [client: number, WatchEvent][] {
    const key = entry && keyOf(entry);
    const reports = (watch: Watch) =>
      (key !== undefined && watch.entry === key) ||
      (watch.isDirectory && watch.inode !== undefined && watch.inode === entry?.directory) ||
      (event === 'change' && inode !== undefined && watch.inode === inode);
    return this.watches.filter(reports).map(({ client, of, inode: watched, name }) => {
      const isBelow = entry !== undefined && watched === entry.directory;
      return [client, { watch: of, event, name: isBelow ? entry.name : name }];
    });
  }
}

import type { Kind } from './inode.js';

export interface Attributes {
  inode: number;
  mode: number;
  uid: number;
  gid: number;
  mtime: number;
}

/** Inodes are named by `Inode.id`. */
export type Change =
  | ({ change: 'create'; client: number; ino: number; kind: Kind; target: string } & Attributes)
  /**
   * A name in a directory stands for this inode from now on, or for none. Both halves of a rename are one group.
   */
  | { change: 'entry'; directory: number; name: string; inode: number | undefined; group?: number }
  | { change: 'data'; inode: number; at: number; bytes: Uint8Array }
  | { change: 'size'; inode: number; size: number }
  | ({ change: 'attributes' } & Attributes)
  /** `fsync`, or `fdatasync`. */
  | { change: 'sync'; inode: number; isDataOnly: boolean }
  /** The last descriptor of what `open` has made was closed, which could write. */
  | { change: 'close'; inode: number }
  /** The keeper of the log says that something has happened by then: an operation was acknowledged. */
  | { change: 'mark'; text: string };

/** What would have to reach a disk, in the order in which it was made. What a power loss leaves is made of it. */
export class Log {
  readonly changes: Change[] = [];
  private groups = 0;

  push(change: Change): void {
    this.changes.push(change);
  }

  /** Something happened that is more than the file system knows of, like an acknowledgement. */
  mark(text: string): void {
    this.changes.push({ change: 'mark', text });
  }

  /** Begins anew: all before is durable, as in an image that is made now. */
  restart(): void {
    this.changes.length = 0;
  }

  nextGroup(): number {
    return ++this.groups;
  }
}

/** Are both the halves of one rename? Nothing comes between them. */
export function isWithin(one: Change | undefined, next: Change | undefined): boolean {
  const isGroup = one?.change === 'entry' && next?.change === 'entry' && one.group !== undefined;
  return isGroup && one.group === next.group;
}

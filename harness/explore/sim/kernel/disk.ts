import { fail } from './errno.js';
import { Entry, Inode, type Kind } from './inode.js';
import { FoldedNames, type Platform } from './platform.js';

/** What is left to be taken. */
export interface Room {
  bytes: number;
  /** New files, directories and links. */
  files: number;
}

const directorySize = 4096;

/** A file system: its numbers, and the room on it. */
export class Disk {
  readonly root: Entry;
  /** Left for all users. A write for which there is room in part is cut short; one for which there is none fails with ENOSPC. */
  readonly room: Room = { bytes: Number.POSITIVE_INFINITY, files: Number.POSITIVE_INFINITY };
  /** Left for a user, by number: EDQUOT. */
  readonly quotas = new Map<number, Room>();
  /** How many files each client has made. */
  readonly births = new Map<number, number>();
  private freed: number[] = [];

  constructor(
    /** The number that `stat` calls `dev`. */
    readonly dev: number,
    private readonly nextId: () => number,
    now: number,
    /** A new file gets the smallest number of one that is gone, as on ext4. Without it, no number is ever used again. */
    private readonly reusesInodes: boolean,
    readonly platform: Platform,
  ) {
    this.root = new Entry(undefined, '', new Inode(this, nextId(), 2, 'directory', 0o755, 0, 0, now));
    this.root.inode.holds = 1;
  }

  /** Those of a new directory. */
  newNames(): Map<string, Entry> {
    return this.platform.foldsCase ? new FoldedNames() : new Map();
  }

  /**
   * Makes an inode. Its number says which client made it, and how many it had made before: the same however the calls of others
   * lie between.
   */
  create(client: number, kind: Kind, mode: number, uid: number, gid: number, now: number): Inode {
    this.reserve(uid, 0, 1);
    const inode = new Inode(this, this.nextId(), this.number(client), kind, mode, uid, gid, now);
    if (kind === 'directory') {
      if (this.left(uid) < directorySize) {
        this.give(uid, 0, 1);
        fail(this.lacking(uid, directorySize));
      }
      this.charge(inode, directorySize);
    }
    return inode;
  }

  /** An inode that is on the disk already, as it was. */
  adopt(ino: number, kind: Kind, mode: number, uid: number, gid: number, birthtime: number): Inode {
    return new Inode(this, this.nextId(), ino, kind, mode, uid, gid, birthtime);
  }

  /** How many bytes of those that are wanted there is room for. @throws EDQUOT or ENOSPC where there is none */
  grant(inode: Inode, wanted: number): number {
    const granted = Math.min(wanted, this.left(inode.uid));
    if (wanted > 0 && granted <= 0) fail(this.lacking(inode.uid, 1));
    return granted;
  }

  /** Takes room for so many bytes in all, or gives back what is more. */
  charge(inode: Inode, bytes: number): void {
    if (bytes === inode.charged) return;
    this.give(inode.uid, inode.charged - bytes, 0);
    inode.charged = bytes;
  }

  /** A file changes hands, and with it the room that it takes. */
  transfer(inode: Inode, uid: number): void {
    const [before, after] = [this.quotas.get(inode.uid), this.quotas.get(uid)];
    if (before === after) return;
    if (after && (after.bytes < inode.charged || after.files < 1)) fail('EDQUOT');
    if (before) add(before, inode.charged, 1);
    if (after) add(after, -inode.charged, -1);
  }

  /** The inode has no name any more, and no process holds it. */
  free(inode: Inode): void {
    this.charge(inode, 0);
    this.give(inode.uid, 0, 1);
    if (this.reusesInodes) this.freed.push(inode.ino);
  }

  /** A disk that is read again goes on with its numbers. */
  resume(births: ReadonlyMap<number, number>): void {
    for (const [client, count] of births) this.births.set(client, count);
  }

  private number(client: number): number {
    if (this.freed.length > 0) {
      const smallest = Math.min(...this.freed);
      this.freed = this.freed.filter((ino) => ino !== smallest);
      return smallest;
    }
    const count = (this.births.get(client) ?? 0) + 1;
    this.births.set(client, count);
    return (client + 2) * 100_000 + count;
  }

  private left(uid: number): number {
    return Math.min(this.room.bytes, this.quotas.get(uid)?.bytes ?? Number.POSITIVE_INFINITY);
  }

  private lacking(uid: number, bytes: number): 'EDQUOT' | 'ENOSPC' {
    return (this.quotas.get(uid)?.bytes ?? Number.POSITIVE_INFINITY) < bytes ? 'EDQUOT' : 'ENOSPC';
  }

  private reserve(uid: number, bytes: number, files: number): void {
    if ((this.quotas.get(uid)?.files ?? files) < files) fail('EDQUOT');
    if (this.room.files < files) fail('ENOSPC');
    this.give(uid, -bytes, -files);
  }

  private give(uid: number, bytes: number, files: number): void {
    add(this.room, bytes, files);
    const quota = this.quotas.get(uid);
    if (quota) add(quota, bytes, files);
  }
}

function add(room: Room, bytes: number, files: number): void {
  room.bytes += bytes;
  room.files += files;
}

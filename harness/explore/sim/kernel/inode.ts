import type { Disk } from './disk.js';
import type { Mount } from './mount.js';

export type Kind = 'file' | 'directory' | 'link';

export const noBytes = new Uint8Array(0);

/** A file, directory or symbolic link, whatever its names. Times are nanoseconds of virtual time. */
export class Inode {
  nlink: number;
  mtime: number;
  ctime: number;
  readonly birthtime: number;
  /** Of a file: its first `size` bytes count, the rest is room to grow. */
  bytes: Uint8Array = noBytes;
  size = 0;
  /** How many bytes of the disk it takes. */
  charged = 0;
  /** The text of a link. */
  target = '';
  readonly children: Map<string, Entry> | undefined;
  /** A directory has one name. It is kept when the directory is removed, since `..` still leads up from there. */
  entry: Entry | undefined;
  /** How many descriptors and working directories hold it: without any, it ends with its last name. */
  holds = 0;

  constructor(
    readonly disk: Disk,
    /** Never used again, unlike the number. */
    readonly id: number,
    readonly ino: number,
    readonly kind: Kind,
    /** Permissions, with the bits for set-user-id, set-group-id and sticky. */
    public mode: number,
    public uid: number,
    public gid: number,
    now: number,
  ) {
    this.nlink = kind === 'directory' ? 2 : 1;
    this.mtime = now;
    this.ctime = now;
    this.birthtime = now;
    this.children = kind === 'directory' ? disk.newNames() : undefined;
  }

  /** It is open, and on some systems its name may not be taken for as long. @param own descriptors that do not count */
  isLocked(own = 0): boolean {
    return this.disk.platform.locksOpenFiles && this.kind === 'file' && this.holds > own;
  }

  /** A directory that was removed: nothing can be made in it. */
  get isDead(): boolean {
    return this.nlink === 0;
  }

  content(): Uint8Array {
    return this.bytes.subarray(0, this.size);
  }
}

/**
 * A name in a directory. It stays the same object when it is renamed, so that what was opened by it is found where it is now,
 * as `/proc/self/fd` shows it.
 */
export class Entry {
  /** Removed, or replaced by another one. */
  isGone = false;
  /** What is seen here in its place. */
  mounted: Mount | undefined;

  constructor(
    /** Undefined for the root of a disk. */
    public directory: Inode | undefined,
    public name: string,
    readonly inode: Inode,
  ) {
    if (inode.kind === 'directory') inode.entry = this;
  }
}

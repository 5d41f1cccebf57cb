import { fail } from './errno.js';
import type { Halves } from './halves.js';
import type { Inode } from './inode.js';
import type { Position } from './mount.js';
import { type Platform, platforms } from './platform.js';

/** As fcntl.h of Linux on x86-64 has them. */
export const flag = {
  WRONLY: 0o1,
  RDWR: 0o2,
  CREAT: 0o100,
  EXCL: 0o200,
  TRUNC: 0o1000,
  APPEND: 0o2000,
  DIRECTORY: 0o200000,
  NOFOLLOW: 0o400000,
  NOATIME: 0o1000000,
  PATH: 0o10000000,
} as const;

/** What `open` has made: descriptors lead to it, and locks belong to it. */
export class OpenFile {
  /** Where the next byte is read or written. */
  offset = 0;
  lock: 'shared' | 'exclusive' | undefined;

  constructor(
    readonly position: Position,
    readonly flags: number,
  ) {}

  get inode(): Inode {
    return this.position.entry.inode;
  }

  get canRead(): boolean {
    return (this.flags & (flag.WRONLY | flag.PATH)) === 0;
  }

  get canWrite(): boolean {
    return (this.flags & (flag.WRONLY | flag.RDWR)) !== 0 && (this.flags & flag.PATH) === 0;
  }
}

export interface ProcessOptions {
  /** Whose files it makes: see `Disk.create`. -1 for what makes the world before anything happens. */
  client: number;
  uid?: number;
  gid?: number;
  groups?: readonly number[];
  umask?: number;
  /** How many files it can have open. */
  descriptorsMax?: number;
}

/** The first ones are the standard streams. */
const firstDescriptor = 3;

/** What the kernel knows of a process. */
export class Process {
  readonly client: number;
  uid: number;
  gid: number;
  groups: readonly number[];
  umask: number;
  descriptorsMax: number;
  readonly descriptors: (OpenFile | undefined)[] = [];
  /** Calls of which the first half was made, and not the second yet. */
  readonly pins: (Pin | undefined)[] = [];

  constructor(
    options: ProcessOptions,
    readonly root: Position,
    public directory: Position,
    readonly platform: Platform = platforms.linux,
  ) {
    const { client, uid = 0, gid = uid, groups = [], umask = 0o022, descriptorsMax = 1024 } = options;
    this.client = client;
    this.uid = uid;
    this.gid = gid;
    this.groups = groups;
    this.umask = umask;
    this.descriptorsMax = descriptorsMax;
  }

  /** @returns its number, the smallest that is free */
  add(file: OpenFile): number {
    let fd = firstDescriptor;
    while (this.descriptors[fd] !== undefined) fd++;
    this.descriptors[fd] = file;
    return fd;
  }

  /** @throws EMFILE, which `open` gives before it looks at the path */
  requireDescriptor(): void {
    let count = firstDescriptor;
    for (const file of this.descriptors) if (file) count++;
    if (count >= this.descriptorsMax) fail('EMFILE');
  }

  /** How many descriptors it has on a file. */
  countOn(inode: Inode): number {
    return this.descriptors.filter((file) => file?.inode === inode).length;
  }

  /** @throws EBADF */
  file(fd: number): OpenFile {
    return this.descriptors[fd] ?? fail('EBADF');
  }

  /** One that was opened as more than a path. @throws EBADF */
  usable(fd: number): OpenFile {
    const file = this.file(fd);
    return (file.flags & flag.PATH) === 0 ? file : fail('EBADF');
  }
}

/** What is left of a call, and what it has found and holds. */
export interface Pin {
  rest: Halves<unknown>;
  held: readonly Inode[];
}

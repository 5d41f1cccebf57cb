import { Disk } from './disk.js';
import { Entry, type Inode } from './inode.js';
import { Log } from './log.js';
import { Mount, type Position } from './mount.js';
import { setGroupId } from './permission.js';
import { type Platform, platforms } from './platform.js';
import type { Process } from './process.js';

export interface TreeOptions {
  /** Virtual time at the beginning, in nanoseconds. */
  now?: number;
  /** Times of files are whole multiples of it, in nanoseconds: 4e6 as on many ext4, 1e9 on old ones. */
  granularity?: number;
  /** Default: Linux. */
  platform?: Platform;
  /** The smallest number of a removed file is given to the next one. */
  reusesInodes?: boolean;
  /** Keeps a log of what would have to reach a disk. */
  logs?: boolean;
}

/** All names and what they stand for. It changes without asking who may. */
export class Tree {
  /** Nanoseconds of virtual time. The caller sets it. */
  now: number;
  granularity: number;
  readonly platform: Platform;
  readonly log: Log | undefined;
  readonly root: Position;
  private readonly reusesInodes: boolean;
  private ids = 0;
  private devices = 0;

  constructor(options: TreeOptions) {
    const { now = 0, platform = platforms.linux, reusesInodes = false, logs = false } = options;
    this.now = now;
    this.platform = platform;
    this.granularity = options.granularity ?? platform.granularity;
    this.log = logs ? new Log() : undefined;
    this.reusesInodes = reusesInodes;
    const { root } = this.newDisk();
    this.root = { mount: new Mount(root, undefined), entry: root };
  }

  /** The time that a file is given now. */
  get time(): number {
    return Math.floor(this.now / this.granularity) * this.granularity;
  }

  newDisk(): Disk {
    return new Disk(++this.devices, () => ++this.ids, this.time, this.reusesInodes, this.platform);
  }

  /** Makes an inode that has no name yet. A directory whose set-group-id bit is set hands on its group. */
  create(process: Process, directory: Inode, kind: Inode['kind'], mode: number, target = ''): Inode {
    const inherits = (directory.mode & setGroupId) !== 0;
    const gid = inherits ? directory.gid : process.gid;
    const own = this.platform.hasModes ? mode : kind === 'directory' ? 0o777 : 0o666;
    const whole = inherits && kind === 'directory' ? own | setGroupId : own;
    const { client, uid } = process;
    const inode = directory.disk.create(client, kind, whole, uid, gid, this.time);
    inode.target = target;
    if (kind === 'link') inode.size = Buffer.byteLength(target);
    const { id, ino, mtime } = inode;
    const attributes = { inode: id, mode: whole, uid, gid, mtime };
    this.log?.push({ change: 'create', client, ino, kind, target, ...attributes });
    return inode;
  }

  /** Gives an inode a name. */
  add(directory: Inode, name: string, inode: Inode): Entry {
    const entry = new Entry(directory, name, inode);
    this.place(entry);
    return entry;
  }

  /** Puts an entry where it says that it is. */
  place(entry: Entry, group?: number): void {
    const { directory, name, inode } = entry;
    if (!directory?.children) throw new Error('an entry needs a directory');
    directory.children.set(name, entry);
    this.touch(directory);
    if (inode.kind === 'directory') directory.nlink++;
    const grouped = group === undefined ? undefined : { group };
    this.log?.push({ change: 'entry', directory: directory.id, name, inode: inode.id, ...grouped });
  }

  /** Takes an entry out of its directory. It may be put elsewhere. */
  detach(entry: Entry, group?: number): void {
    const { directory, name, inode } = entry;
    if (!directory?.children) throw new Error('an entry needs a directory');
    directory.children.delete(name);
    this.touch(directory);
    if (inode.kind === 'directory') directory.nlink--;
    const grouped = group === undefined ? undefined : { group };
    this.log?.push({ change: 'entry', directory: directory.id, name, inode: undefined, ...grouped });
  }

  /** A name of an inode is gone; with the last one, and the last process that holds it, the inode. */
  forget(entry: Entry): void {
    const { inode } = entry;
    entry.isGone = true;
    inode.nlink = inode.kind === 'directory' ? 0 : inode.nlink - 1;
    inode.ctime = this.time;
    if (inode.nlink === 0 && inode.holds === 0) inode.disk.free(inode);
  }

  /** A process does not hold it any more. */
  release(inode: Inode): void {
    inode.holds--;
    if (inode.nlink === 0 && inode.holds === 0) inode.disk.free(inode);
  }

  /** Its content has changed. */
  touch(inode: Inode): void {
    inode.mtime = this.time;
    inode.ctime = inode.mtime;
  }

  logAttributes({ id, mode, uid, gid, mtime }: Inode): void {
    this.log?.push({ change: 'attributes', inode: id, mode, uid, gid, mtime });
  }

  /** A name that is on the disk already. */
  restore(directory: Inode, name: string, inode: Inode): void {
    directory.children?.set(name, new Entry(directory, name, inode));
    if (inode.kind === 'directory') directory.nlink++;
  }
}

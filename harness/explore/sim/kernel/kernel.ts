import { accessCalls } from './access.js';
import { attributeCalls } from './attributes.js';
import type { AnswerOf, CallOf, KernelCall, KernelCallName, Resolve } from './calls.js';
import { copyCalls } from './copy.js';
import { descriptorCalls } from './descriptors.js';
import { Disk } from './disk.js';
import { entryCalls } from './entries.js';
import { Errno, fail } from './errno.js';
import { Entry, type Inode } from './inode.js';
import { linkCalls } from './links.js';
import { listingCalls } from './listing.js';
import { lockCalls } from './locks.js';
import { Log } from './log.js';
import { Mount, type Position } from './mount.js';
import { openCalls } from './open.js';
import { type Pin, Process, type ProcessOptions } from './process.js';
import { renameCalls } from './rename.js';
import { Walk } from './walk.js';

type Handlers = {
  [Name in KernelCallName]: (kernel: Kernel, process: Process, call: CallOf<Name>) => AnswerOf<Name>;
};

const handlers: Handlers = {
  ...openCalls,
  ...descriptorCalls,
  ...accessCalls,
  ...attributeCalls,
  ...entryCalls,
  ...renameCalls,
  ...linkCalls,
  ...listingCalls,
  ...copyCalls,
  ...lockCalls,
};

export interface KernelOptions {
  /** Virtual time at the beginning, in nanoseconds. */
  now?: number;
  /** Times of files are whole multiples of it, in nanoseconds: 4e6 as on many ext4, 1e9 on old ones. */
  granularity?: number;
  /** The smallest number of a removed file is given to the next one. */
  reusesInodes?: boolean;
  /** Keeps a log of what would have to reach a disk. */
  logs?: boolean;
  /** Other users' files that one can't write can't be linked: sysctl `fs.protected_hardlinks`, which is on nearly everywhere. */
  protectsHardLinks?: boolean;
}

/**
 * A POSIX file system in memory, as Linux has it, for several processes. It has no clock, no randomness and no effects: the same
 * calls have the same answers. One call is one step, but for those that are split: see `Resolve`.
 *
 *     const kernel = new Kernel();
 *     const process = kernel.start({ client: 0, uid: 1000 });
 *     const fd = kernel.call(process, { call: 'open', path: '/f', flags: flag.WRONLY | flag.CREAT, mode: 0o600 });
 *     if (fd instanceof Errno) fd.code; // EACCES: the root belongs to root
 */
export class Kernel {
  /** Nanoseconds of virtual time. Whoever makes the calls sets it. */
  now: number;
  granularity: number;
  readonly log: Log | undefined;
  readonly root: Position;
  readonly protectsHardLinks: boolean;
  private readonly reusesInodes: boolean;
  private ids = 0;
  private devices = 0;

  constructor({ now = 0, granularity = 1, ...options }: KernelOptions = {}) {
    this.now = now;
    this.granularity = granularity;
    this.log = options.logs ? new Log() : undefined;
    this.reusesInodes = options.reusesInodes ?? false;
    this.protectsHardLinks = options.protectsHardLinks ?? true;
    const { root } = this.newDisk();
    this.root = { mount: new Mount(root, undefined), entry: root };
  }

  /** The time that a file is given now. */
  get time(): number {
    return Math.floor(this.now / this.granularity) * this.granularity;
  }

  /** A new process, in the root directory. */
  start(options: ProcessOptions): Process {
    const process = new Process(options, this.root, this.root);
    process.directory.entry.inode.holds++;
    return process;
  }

  /** Makes a call. */
  call<Name extends KernelCallName>(process: Process, call: CallOf<Name>): AnswerOf<Name> | Errno {
    try {
      const handler = handlers[call.call] as (
        kernel: Kernel,
        process: Process,
        call: KernelCall,
      ) => AnswerOf<Name>;
      return handler(this, process, call);
    } catch (error) {
      if (error instanceof Errno) return error;
      throw error;
    } finally {
      const { pin } = call as { pin?: number };
      if (pin !== undefined) process.pins[pin] = undefined;
    }
  }

  /** Makes the first half of a call. @returns the `pin` for the call, which can be made once */
  resolve(process: Process, { path, to }: Resolve): number | Errno {
    try {
      const pin: Pin = {
        from: new Walk(process, path),
        to: to === undefined ? undefined : new Walk(process, to),
      };
      return process.pins.push(pin) - 1;
    } catch (error) {
      if (error instanceof Errno) return error;
      throw error;
    }
  }

  /** Goes into a directory. */
  changeDirectory(process: Process, path: string): undefined | Errno {
    const { directory } = process;
    const fd = this.call(process, { call: 'open', path, flags: 0o10200000 });
    if (fd instanceof Errno) return fd;
    process.directory = process.file(fd).position;
    process.directory.entry.inode.holds++;
    this.call(process, { call: 'close', fd });
    this.release(directory.entry.inode);
    return undefined;
  }

  /** The process is dead: what it had open is closed, and its locks are let go. */
  end(process: Process): void {
    process.descriptors.forEach((file, fd) => {
      if (file) this.call(process, { call: 'close', fd });
    });
    process.pins.length = 0;
    this.release(process.directory.entry.inode);
  }

  newDisk(): Disk {
    return new Disk(++this.devices, () => ++this.ids, this.time, this.reusesInodes);
  }

  /**
   * Mounts a disk at a directory, or at any file one of the same kind, as `mount --bind` does.
   * @throws Error if there is none at a path
   */
  mount(what: Disk | string, place: string): void {
    const boot = this.start({ client: -1 });
    const at = this.find(boot, place);
    const root = typeof what === 'string' ? this.find(boot, what).entry : what.root;
    const isDirectory = root.inode.kind === 'directory';
    if ((at.entry.inode.kind === 'directory') !== isDirectory)
      throw new Error(`${place} is of another kind than what is mounted there`);
    at.entry.mounted = new Mount(root, at);
  }

  /** What is at a path, seen by root, who is no process. Undefined if nothing is there. */
  peek(path: string, follows = true): Inode | undefined {
    try {
      const walk = new Walk(this.start({ client: -1 }), path);
      return walk.finish(follows) ? walk.entry.inode : undefined;
    } catch (error) {
      if (error instanceof Errno) return undefined;
      throw error;
    }
  }

  // The following are for the calls.

  /** The way along the path of a call, up to the directory of its last word. */
  from(process: Process, { path, pin }: { path: string; pin?: number | undefined }): Walk {
    return pin === undefined ? new Walk(process, path) : pinned(process, pin).from;
  }

  /** Along its second path. */
  to(process: Process, { to, pin }: { to: string; pin?: number | undefined }): Walk {
    if (pin === undefined) return new Walk(process, to);
    return pinned(process, pin).to ?? fail('EINVAL');
  }

  /** Makes an inode that has no name yet. A directory whose set-group-id bit is set hands on its group. */
  create(process: Process, directory: Inode, kind: Inode['kind'], mode: number, target = ''): Inode {
    const inherits = (directory.mode & 0o2000) !== 0;
    const gid = inherits ? directory.gid : process.gid;
    const whole = inherits && kind === 'directory' ? mode | 0o2000 : mode;
    const { client, uid } = process;
    const inode = directory.disk.create(client, kind, whole, uid, gid, this.time);
    inode.target = target;
    if (kind === 'link') inode.size = Buffer.byteLength(target);
    const { id } = inode;
    this.log?.push({ change: 'create', inode: id, kind, mode: whole, uid, gid, target });
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
  take(entry: Entry, group?: number): void {
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

  logAttributes({ id, mode, uid, gid }: Inode): void {
    this.log?.push({ change: 'attributes', inode: id, mode, uid, gid });
  }

  private find(process: Process, path: string): Position {
    const walk = new Walk(process, path);
    if (!walk.finish(true)) throw new Error(`there is no ${path}`);
    return walk.position;
  }
}

function pinned(process: Process, pin: number): Pin {
  return process.pins[pin] ?? fail('EINVAL');
}

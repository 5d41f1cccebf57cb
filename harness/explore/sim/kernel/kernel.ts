import { accessCalls } from './access.js';
import { attributeCalls } from './attributes.js';
import type { AnswerOf, CallOf, KernelCall, KernelCallName, Resolve } from './calls.js';
import { copyCalls } from './copy.js';
import { descriptorCalls } from './descriptors.js';
import type { Disk } from './disk.js';
import { entryCalls } from './entries.js';
import { Errno, errnoOf, fail } from './errno.js';
import type { Inode } from './inode.js';
import { linkCalls } from './links.js';
import { listingCalls } from './listing.js';
import { lockCalls } from './locks.js';
import { Mount, type Position } from './mount.js';
import { openCalls } from './open.js';
import { may, search } from './permission.js';
import { flag, type Pin, Process, type ProcessOptions } from './process.js';
import { renameCalls } from './rename.js';
import { Tree, type TreeOptions } from './tree.js';
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

export interface KernelOptions extends TreeOptions {
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
export class Kernel extends Tree {
  readonly protectsHardLinks: boolean;
  /** Who looks from outside: root, and no process that anyone has started. */
  private readonly outside: Process;

  constructor(options: KernelOptions = {}) {
    super(options);
    this.protectsHardLinks = options.protectsHardLinks ?? true;
    this.outside = new Process({ client: -1 }, this.root, this.root, this.platform);
  }

  /** A new process, in the root directory. */
  start(options: ProcessOptions): Process {
    const process = new Process(options, this.root, this.root, this.platform);
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
      if (pin !== undefined) this.letGo(process, pin);
    }
  }

  /** Makes the first half of a call. @returns the `pin` for the call, which can be made once */
  resolve(process: Process, { path, to }: Resolve): number | Errno {
    try {
      const from = new Walk(process, path);
      const second = to === undefined ? undefined : new Walk(process, to);
      const held = [from, ...(second ? [second] : [])].map(({ directory }) => directory);
      for (const directory of held) directory.holds++;
      return process.pins.push({ from, to: second, held }) - 1;
    } catch (error) {
      if (error instanceof Errno) return error;
      throw error;
    }
  }

  /** Goes into a directory. */
  changeDirectory(process: Process, path: string): undefined | Errno {
    const { directory } = process;
    const fd = this.call(process, { call: 'open', path, flags: flag.PATH | flag.DIRECTORY });
    if (fd instanceof Errno) return fd;
    const { position } = process.file(fd);
    this.call(process, { call: 'close', fd });
    if (!may(process, position.entry.inode, search)) return errnoOf('EACCES');
    process.directory = position;
    position.entry.inode.holds++;
    this.release(directory.entry.inode);
    return undefined;
  }

  /** The process is dead: what it had open is closed, and its locks are let go. */
  end(process: Process): void {
    process.descriptors.forEach((file, fd) => {
      if (file) this.call(process, { call: 'close', fd });
    });
    for (const pin of process.pins.keys()) this.letGo(process, pin);
    this.release(process.directory.entry.inode);
  }

  /**
   * Mounts a disk at a directory, or at any file one of the same kind, as `mount --bind` does.
   * @throws Error if there is none at a path
   */
  mount(what: Disk | string, place: string): void {
    const at = this.find(place);
    const root = typeof what === 'string' ? this.find(what).entry : what.root;
    const isDirectory = root.inode.kind === 'directory';
    if ((at.entry.inode.kind === 'directory') !== isDirectory)
      throw new Error(`${place} is of another kind than what is mounted there`);
    at.entry.mounted = new Mount(root, at);
  }

  /** What is at a path, seen by root, who is no process. Undefined if nothing is there. */
  peek(path: string, follows = true): Inode | undefined {
    try {
      const walk = new Walk(this.outside, path);
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

  /** A call is not to be made any more. */
  private letGo(process: Process, pin: number): void {
    const held = process.pins[pin]?.held ?? [];
    process.pins[pin] = undefined;
    for (const directory of held) this.release(directory);
  }

  private find(path: string): Position {
    const walk = new Walk(this.outside, path);
    if (!walk.finish(true)) throw new Error(`there is no ${path}`);
    return walk.position;
  }
}

function pinned(process: Process, pin: number): Pin {
  return process.pins[pin] ?? fail('EINVAL');
}

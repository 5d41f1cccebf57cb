import { accessCalls } from './access.js';
import { attributeCalls } from './attributes.js';
import type { AnswerOf, CallOf, KernelCall, KernelCallName } from './calls.js';
import { copyCalls } from './copy.js';
import { descriptorCalls } from './descriptors.js';
import type { Disk } from './disk.js';
import { entryCalls } from './entries.js';
import { Errno, errnoOf } from './errno.js';
import { type Halves, wholly } from './halves.js';
import type { Inode } from './inode.js';
import { linkCalls } from './links.js';
import { listingCalls } from './listing.js';
import { lockCalls } from './locks.js';
import { Mount, type Position } from './mount.js';
import { openCalls } from './open.js';
import { may, search } from './permission.js';
import { flag, Process, type ProcessOptions } from './process.js';
import { renameCalls } from './rename.js';
import { Tree, type TreeOptions } from './tree.js';
import { Walk } from './walk.js';

type Handlers = {
  [Name in KernelCallName]: (
    kernel: Kernel,
    process: Process,
    call: CallOf<Name>,
  ) => AnswerOf<Name> | Halves<AnswerOf<Name>>;
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
 * calls have the same answers. A call is one step, or two, where it has halves: see `Halves`.
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
      const made = begin(this, process, call);
      return isHalved(made) ? wholly(made) : made;
    } catch (error) {
      return errnoIn(error);
    }
  }

  /** Makes the first half of a call that has halves. @returns the number of the second one, which can be made once */
  resolve(process: Process, call: KernelCall): number | Errno {
    const rest = begin(this, process, call);
    if (!isHalved(rest)) throw new Error(`${call.call} has no halves`);
    try {
      const held = rest.next().value as readonly Inode[];
      for (const inode of held) inode.holds++;
      return process.pins.push({ rest, held }) - 1;
    } catch (error) {
      return errnoIn(error);
    }
  }

  /** Makes the second half of a call. */
  finish(process: Process, pin: number): unknown {
    const { rest } = process.pins[pin] ?? {};
    if (!rest) throw new Error(`there is no half of a call of the number ${pin}`);
    try {
      return rest.next().value;
    } catch (error) {
      return errnoIn(error);
    } finally {
      this.letGo(process, pin);
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

  /** A call is not to be made any more. */
  private letGo(process: Process, pin: number): void {
    const held = process.pins[pin]?.held ?? [];
    process.pins[pin] = undefined;
    for (const inode of held) this.release(inode);
  }

  private find(path: string): Position {
    const walk = new Walk(this.outside, path);
    if (!walk.finish(true)) throw new Error(`there is no ${path}`);
    return walk.position;
  }
}

function begin<Name extends KernelCallName>(
  kernel: Kernel,
  process: Process,
  call: CallOf<Name>,
): AnswerOf<Name> | Halves<AnswerOf<Name>> {
  const handler = handlers[call.call] as (kernel: Kernel, process: Process, call: KernelCall) => unknown;
  return handler(kernel, process, call) as AnswerOf<Name> | Halves<AnswerOf<Name>>;
}

/** No answer of a call has a method of that name. */
function isHalved<T>(made: T | Halves<T>): made is Halves<T> {
  return typeof (made as Partial<Halves<T>> | undefined)?.next === 'function';
}

/** @throws what is no error of a call */
function errnoIn(error: unknown): Errno {
  if (error instanceof Errno) return error;
  throw error;
}

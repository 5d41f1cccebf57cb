import type { Disk } from '../../line/disk.js';
import type { PlacedFile } from '../world/places.js';
import { Kernel } from './kernel/kernel.js';
import { type Platform, platforms } from './kernel/platform.js';
import type { Process } from './kernel/process.js';
import { type Image, mountImage } from './power/image.js';
import { systemOf } from './system.js';

/** Whose files are made, and how: those of the user who explores, as real processes have them. */
export interface User {
  uid: number;
  gid: number;
  groups: readonly number[];
  umask: number;
}

/** One simulated machine with an empty disk, for one execution after another. */
export class SimMachine {
  kernel = new Kernel();
  platform: Platform = platforms.linux;
  /** Calls are made in halves. */
  splitsCalls = false;
  /** It keeps a log of all that would have to reach a disk: it may lose its power. */
  logs = false;
  /** Its disk, as root sees it: who is no client. */
  readonly disk: Disk;
  private root: Process;

  /** @param place where the sandbox is, a directory of the user's in the root directory */
  constructor(
    readonly place: string,
    readonly user: User,
  ) {
    this.root = this.kernel.start({ client: -1 });
    this.disk = systemOf(this, () => this.root);
  }

  /** A new disk, with nothing on it but the sandbox. */
  restart(now: number): void {
    this.kernel = new Kernel({ now, logs: this.logs, platform: this.platform });
    const { uid, gid } = this.user;
    this.root = this.kernel.start({ client: -1, umask: 0 });
    // What is there at first is made by the user, not by root.
    this.root.uid = uid;
    this.root.gid = gid;
    this.kernel.root.entry.inode.mode = 0o777;
    this.disk.mkdirSync(this.place, 0o700);
    this.kernel.root.entry.inode.mode = 0o755;
  }

  /** Starts again with what is on a disk. */
  mount(image: Image): void {
    this.kernel = mountImage(image, { now: this.kernel.now, logs: this.logs, platform: this.platform });
    this.root = this.kernel.start({ client: -1, umask: 0 });
  }

  /** What lies at a path, which is asked for at nearly every step. */
  lookUp(place: string): PlacedFile | undefined {
    const inode = this.kernel.peek(place, false);
    if (!inode) return undefined;
    const { ino, kind, target } = inode;
    return kind === 'link' ? { id: String(ino), kind, target } : { id: String(ino), kind };
  }

  /** All that is there at first is there now: from now on it is only looked at. */
  seal(): void {
    this.root.uid = 0;
    this.root.gid = 0;
  }

  /** A process of the user's, in the sandbox. */
  start(client: number, umask = this.user.umask): Process {
    const { uid, gid, groups } = this.user;
    const process = this.kernel.start({ client, uid, gid, groups, umask });
    this.kernel.changeDirectory(process, this.place);
    return process;
  }
}

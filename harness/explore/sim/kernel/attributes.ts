import type { CallOf } from './calls.js';
import { fail } from './errno.js';
import type { Halves } from './halves.js';
import type { Inode } from './inode.js';
import type { Kernel } from './kernel.js';
import { inodeAt, linkAt } from './lookup.js';
import { isMember, owns, privilegesLost, setGroupId } from './permission.js';
import type { Process } from './process.js';

/** Calls that change modes, owners and times. */
export const attributeCalls = {
  *chmod(kernel: Kernel, process: Process, call: CallOf<'chmod'>): Halves<undefined> {
    const inode = inodeAt(process, call.path);
    yield [inode];
    setMode(kernel, process, inode, call.mode);
  },

  fchmod(kernel: Kernel, process: Process, { fd, mode }: CallOf<'fchmod'>): undefined {
    setMode(kernel, process, process.usable(fd).inode, mode);
  },

  *chown(kernel: Kernel, process: Process, call: CallOf<'chown'>): Halves<undefined> {
    const inode = inodeAt(process, call.path);
    yield [inode];
    setOwner(kernel, process, inode, call);
  },

  *lchown(kernel: Kernel, process: Process, call: CallOf<'lchown'>): Halves<undefined> {
    const inode = linkAt(process, call.path);
    yield inode ? [inode] : [];
    if (inode) setOwner(kernel, process, inode, call);
    else requireOwner(process, process, call);
  },

  fchown(kernel: Kernel, process: Process, call: CallOf<'fchown'>): undefined {
    setOwner(kernel, process, process.usable(call.fd).inode, call);
  },

  *utimes(kernel: Kernel, process: Process, call: CallOf<'utimes'>): Halves<undefined> {
    const inode = inodeAt(process, call.path);
    yield [inode];
    setTime(kernel, process, inode, call.mtime);
  },

  *lutimes(kernel: Kernel, process: Process, call: CallOf<'lutimes'>): Halves<undefined> {
    const inode = linkAt(process, call.path);
    yield inode ? [inode] : [];
    if (inode) setTime(kernel, process, inode, call.mtime);
  },

  futimes(kernel: Kernel, process: Process, { fd, mtime }: CallOf<'futimes'>): undefined {
    setTime(kernel, process, process.usable(fd).inode, mtime);
  },
};

function setMode(kernel: Kernel, process: Process, inode: Inode, mode: number): void {
  // A link that was opened as a path is reached through /proc.
  if (inode.kind === 'link') fail('ENOTSUP');
  if (!owns(process, inode)) fail('EPERM');
  const keepsGroup = process.uid === 0 || isMember(process, inode.gid);
  if (!kernel.platform.hasModes) return;
  inode.mode = mode & 0o7777 & (keepsGroup ? -1 : ~setGroupId);
  inode.ctime = kernel.time;
  kernel.logAttributes(inode);
}

interface Owner {
  uid: number;
  gid: number;
}

/** Only root gives a file away, and its owner to a group of his own. */
function requireOwner(process: Process, owner: Owner, { uid, gid }: Owner): void {
  if (process.uid === 0) return;
  const isOwn = process.uid === owner.uid;
  if (uid !== -1 && !(isOwn && uid === owner.uid)) fail('EPERM');
  if (gid !== -1 && !(isOwn && (gid === owner.gid || isMember(process, gid)))) fail('EPERM');
}

function setOwner(kernel: Kernel, process: Process, inode: Inode, owner: Owner): void {
  requireOwner(process, inode, owner);
  const { uid, gid } = owner;
  const lost = privilegesLost(process, inode);
  if (lost !== 0 && !owns(process, inode)) fail('EPERM');
  if (uid !== -1) {
    inode.disk.transfer(inode, uid);
    inode.uid = uid;
  }
  if (gid !== -1) inode.gid = gid;
  inode.mode &= ~lost;
  inode.ctime = kernel.time;
  kernel.logAttributes(inode);
}

function setTime(kernel: Kernel, process: Process, inode: Inode, mtime: number): void {
  if (!owns(process, inode)) fail('EPERM');
  inode.mtime = mtime;
  inode.ctime = kernel.time;
  kernel.logAttributes(inode);
}

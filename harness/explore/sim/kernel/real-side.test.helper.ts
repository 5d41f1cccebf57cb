import fs from 'node:fs';
import { commonGroup, type Step, user } from './sequences.test.helper.js';
import { pathOf, relativeTarget, type Side, type Sights } from './sides.test.helper.js';

/** Two processes on the real file system, as one that has two sets of descriptors. */
export class RealSide implements Side {
  private readonly open: (number | undefined)[][] = [[], []];
  private isOther = false;

  /** @param asUser the second process is another user's: only its effective ids are, which is enough for all but `access` */
  constructor(
    private readonly root: string,
    private readonly umasks: readonly [number, number],
    private readonly asUser: boolean,
    private readonly sights: Sights,
  ) {
    process.chdir(root);
  }

  make(step: Step): string {
    process.umask(this.umasks[step.who]);
    this.become(this.asUser && step.who === 1);
    try {
      return this.perform(step);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      return code;
    }
  }

  close(): void {
    this.become(false);
    for (const fd of this.open.flat()) if (fd !== undefined) fs.closeSync(fd);
  }

  /** It takes long, since each thread must agree. */
  private become(isOther: boolean): void {
    if (isOther === this.isOther) return;
    this.isOther = isOther;
    if (!isOther) process.seteuid?.(0);
    process.setegid?.(isOther ? user : 0);
    if (isOther) process.seteuid?.(user);
  }

  private perform(step: Step): string {
    const open = this.open[step.who] as (number | undefined)[];
    const { call, slot, mode, size, text, uid, gid, mtime } = step;
    const [path, to] = [pathOf(step.place, this.root, open), pathOf(step.to, this.root, open)];
    const fd = open[slot] ?? 4000;
    const position = step.position;
    switch (call) {
      case 'open': {
        const opened = fs.openSync(path, step.flags, mode);
        if (open[slot] !== undefined) fs.closeSync(open[slot]);
        open[slot] = opened;
        return 'opened';
      }
      case 'close':
        fs.closeSync(fd);
        open[slot] = undefined;
        return '';
      case 'read': {
        const bytes = Buffer.alloc(size + 1);
        return bytes.toString('latin1', 0, fs.readSync(fd, bytes, 0, size + 1, position));
      }
      case 'readv': {
        const parts = [Buffer.alloc(2), Buffer.alloc(size + 1)];
        const count = fs.readvSync(fd, parts, ...(position === null ? [] : [position]));
        return Buffer.concat(parts).toString('latin1', 0, count);
      }
      case 'write':
        return `${fs.writeSync(fd, Buffer.from(text), 0, text.length, position)}`;
      case 'writev':
        return `${fs.writevSync(fd, [Buffer.from(text), Buffer.from('v')], ...(position === null ? [] : [position]))}`;
      case 'truncate':
        return `${fs.truncateSync(path, size)}`;
      case 'ftruncate':
        return `${fs.ftruncateSync(fd, size)}`;
      case 'fsync':
      case 'fdatasync':
        return `${fs[`${call}Sync`](fd)}`;
      case 'stat':
      case 'lstat':
        return this.describe(fs[`${call}Sync`](path));
      case 'fstat':
        return this.describe(fs.fstatSync(fd));
      case 'access':
        return `${fs.accessSync(path, size & 7)}`;
      case 'chmod':
        return `${fs.chmodSync(path, mode)}`;
      case 'fchmod':
        return `${fs.fchmodSync(fd, mode)}`;
      case 'chown':
      case 'lchown':
        return `${fs[`${call}Sync`](path, uid, gid)}`;
      case 'fchown':
        return `${fs.fchownSync(fd, uid, gid)}`;
      case 'utimes':
      case 'lutimes':
        return `${fs[`${call}Sync`](path, mtime, mtime)}`;
      case 'futimes':
        return `${fs.futimesSync(fd, mtime, mtime)}`;
      case 'readdir': {
        const entries = fs.readdirSync(path, { withFileTypes: true });
        return entries
          .map((entry) => `${entry.name} ${kindOf(entry)}`)
          .sort()
          .join();
      }
      case 'mkdir':
        return `${fs.mkdirSync(path, mode)}`;
      case 'rmdir':
      case 'unlink':
        return `${fs[`${call}Sync`](path)}`;
      case 'symlink':
        return `${fs.symlinkSync(relativeTarget(step.target, this.root), path)}`;
      case 'rename':
      case 'link':
        return `${fs[`${call}Sync`](path, to)}`;
      case 'copyFile':
        return `${fs.copyFileSync(path, to, size % 2 === 0 ? 0 : fs.constants.COPYFILE_EXCL)}`;
      case 'readlink':
        return fs.readlinkSync(path);
      case 'realpath':
        return fs.realpathSync.native(path);
    }
  }

  private describe(stats: fs.Stats): string {
    const { ino, mode, nlink, uid, gid, size, mtimeMs } = stats;
    const kind = kindOf(stats);
    // The entry of a descriptor in /proc is made anew each time.
    if (kind === 'link' && nlink === 1 && size === 64) return `descriptor ${(mode & 0o7777).toString(8)}`;
    return this.sights.describe({
      ino,
      kind,
      mode: mode & 0o7777,
      nlink,
      uid,
      gid,
      size,
      mtime: mtimeMs / 1000,
    });
  }
}

function kindOf(entry: { isDirectory(): boolean; isSymbolicLink(): boolean }): string {
  return entry.isDirectory() ? 'directory' : entry.isSymbolicLink() ? 'link' : 'file';
}

/** Both processes are in it. */
export function joinGroups(): void {
  process.setgroups?.([commonGroup]);
}

/** Removes all, whatever its mode. */
export function removeAll(place: string): void {
  fs.chmodSync(place, 0o700);
  for (const entry of fs.readdirSync(place, { withFileTypes: true })) {
    if (entry.isDirectory()) removeAll(`${place}/${entry.name}`);
    else fs.unlinkSync(`${place}/${entry.name}`);
  }
  fs.rmdirSync(place);
}

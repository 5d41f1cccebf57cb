import { fail } from './errno.js';
import type { Entry, Inode } from './inode.js';
import type { Mount, Position } from './mount.js';
import { requireAccess, search } from './permission.js';
import type { Process } from './process.js';

/** As Linux has them. */
const linksMax = 40;
const nameLengthMax = 255;
const pathLengthMax = 4096;
const slash = 0x2f;
const dot = 0x2e;

/**
 * What the last word of a path is: a name, which need not be there; `.`; `..`; nothing, as in `/`; or a descriptor, as in
 * `/proc/self/fd/N`.
 */
export type LastWord = 'name' | 'dot' | 'up' | 'nothing' | 'descriptor';

/** `/dev/fd` is a link to `/proc/self/fd`, and `/proc/self` one to the process. */
export const descriptorPath = /^\/(proc\/(?:self|thread-self)|dev)\/fd\/(0|[1-9]\d*)(\/|$)/;

/**
 * The way of the kernel along a path (`fs/namei.c`): from entry to entry, through links, and up by `..` from wherever it has come
 * to. First it goes to the directory of the last word, and may be held there; then it looks that word up.
 */
export class Walk {
  mount: Mount;
  /** That of the directory which it has come to; after `finish`, what was found. */
  entry: Entry;
  last: LastWord = 'nothing';
  name = '';
  /** A slash follows the last word. */
  hasSlash = false;
  private links = 0;
  private mustBeDirectory = false;

  /** @throws Errno what is wrong on the way to the last word */
  constructor(
    private readonly process: Process,
    path: string,
  ) {
    if (path === '') fail('ENOENT');
    if (path.length >= pathLengthMax) fail('ENAMETOOLONG');
    this.mount = process.directory.mount;
    this.entry = process.directory.entry;
    this.goAlong(path);
  }

  get position(): Position {
    return { mount: this.mount, entry: this.entry };
  }

  get directory(): Inode {
    return this.entry.inode;
  }

  /** The entry of the last word, which is a name. Undefined where there is none. */
  lookUp(): Entry | undefined {
    if (this.name.length > nameLengthMax && Buffer.byteLength(this.name) > nameLengthMax)
      fail('ENAMETOOLONG');
    return this.entry.inode.children?.get(this.name);
  }

  /**
   * Looks the last word up and goes there.
   * @param follows a link at the end
   * @param creates as `open` with O_CREAT: no slash may follow any last word
   * @returns false where it is missing; then it is still at the directory
   */
  finish(follows: boolean, creates = false): boolean {
    let isFollowing = follows;
    for (;;) {
      if (this.last === 'name') {
        if (this.hasSlash) {
          if (creates) fail('EISDIR');
          isFollowing = true;
          this.mustBeDirectory = true;
        }
        const entry = this.lookUp();
        if (entry === undefined) return false;
        if (entry.inode.kind === 'link' && isFollowing) {
          this.follow(entry.inode);
          continue;
        }
        this.enter(entry);
      } else if (this.last === 'descriptor') {
        // The link itself is no file of this system; `isDescriptorItself` says that it is meant.
        if (this.hasSlash && creates) fail('EISDIR');
        if (!this.isOpen) return false;
        if (!isFollowing && !this.hasSlash) return true;
        this.jump();
        if (this.hasSlash) this.mustBeDirectory = true;
        this.last = 'nothing';
      } else if (this.last === 'up') this.goUp();
      if (this.mustBeDirectory && this.entry.inode.kind !== 'directory') fail('ENOTDIR');
      return true;
    }
  }

  /** After `finish`: the path ends at the entry of a descriptor in `/proc`, which was not followed. */
  get isDescriptorItself(): boolean {
    return this.last === 'descriptor';
  }

  /** Is there the descriptor that the path ends at? */
  get isOpen(): boolean {
    return this.process.descriptors[this.descriptor] !== undefined;
  }

  /** The number of the descriptor that the path ends at. */
  get descriptor(): number {
    return Number(this.name);
  }

  /** From a root or a directory up to the last word. */
  private goAlong(path: string): void {
    let text = path;
    let at = this.begin(text);
    for (;;) {
      while (text.charCodeAt(at) === slash) at++;
      if (at >= text.length) {
        // Nothing but slashes: `/`, or a link to it.
        if (this.last !== 'descriptor') this.last = 'nothing';
        return;
      }
      const directory = this.entry.inode;
      if (directory.kind !== 'directory') fail('ENOTDIR');
      requireAccess(this.process, directory, search);
      let end = text.indexOf('/', at);
      if (end < 0) end = text.length;
      let next = end;
      while (text.charCodeAt(next) === slash) next++;
      const first = text.charCodeAt(at);
      const isDot = first === dot && end === at + 1;
      const isUp = first === dot && end === at + 2 && text.charCodeAt(at + 1) === dot;
      if (next >= text.length) {
        this.last = isDot ? 'dot' : isUp ? 'up' : 'name';
        this.name = text.slice(at, end);
        this.hasSlash = next > end;
        return;
      }
      if (isUp) this.goUp();
      else if (!isDot) {
        this.name = text.slice(at, end);
        const entry = this.lookUp() ?? fail('ENOENT');
        if (entry.inode.kind === 'link') {
          text = `${this.targetOf(entry.inode)}/${text.slice(next)}`;
          at = this.begin(text);
          continue;
        }
        this.enter(entry);
      }
      at = next;
    }
  }

  /** Goes to where a path begins. @returns from where on it is read */
  private begin(text: string): number {
    this.last = 'nothing';
    if (text.charCodeAt(0) !== slash) return 0;
    this.mount = this.process.root.mount;
    this.entry = this.process.root.entry;
    if (!text.startsWith('/proc/') && !text.startsWith('/dev/')) return 0;
    if (!this.process.platform.hasProc) return 0;
    const match = descriptorPath.exec(text);
    if (!match) return 0;
    const [whole, way, fd = ''] = match;
    this.links += way === 'dev' ? 2 : 1;
    this.name = fd;
    let next = whole.length;
    while (text.charCodeAt(next) === slash) next++;
    this.hasSlash = whole.endsWith('/');
    if (next >= text.length) this.last = 'descriptor';
    else this.jump();
    return next;
  }

  /** Through the link in `/proc` to what is open, even if it has no name any more. */
  private jump(): void {
    if (++this.links > linksMax) fail('ELOOP');
    const file = this.process.descriptors[this.descriptor] ?? fail('ENOENT');
    this.mount = file.position.mount;
    this.entry = file.position.entry;
  }

  private follow(link: Inode): void {
    this.goAlong(this.targetOf(link));
  }

  private targetOf(link: Inode): string {
    if (++this.links > linksMax) fail('ELOOP');
    return link.target;
  }

  private enter(entry: Entry): void {
    this.entry = entry;
    for (let over = entry.mounted; over !== undefined; over = this.entry.mounted) {
      this.mount = over;
      this.entry = over.root;
      // A file that is mounted onto itself covers itself.
      if (over.root === entry) return;
    }
  }

  /** From the root of a mount, up from the place that it covers. */
  private goUp(): void {
    let { mount, entry } = this;
    while (entry === mount.root && mount.at) ({ mount, entry } = mount.at);
    if (entry === mount.root) return;
    this.mount = mount;
    const above = entry.directory?.entry;
    if (above) this.enter(above);
  }
}

/** What an entry of a directory leads to. Files are known by their numbers. */
export interface FoundEntry {
  inode: string;
  kind: 'file' | 'directory' | 'link';
  /** The target of a symbolic link. */
  target?: string;
}

/** A name in a directory. The directory is known by its number: its own name may change, or be given to another one. */
export interface Entry {
  directory: string;
  name: string;
}

export interface OpenFile {
  /** Undefined for what lies outside the sandbox. */
  inode: string | undefined;
  isDirectory: boolean;
  /** The entry that it was opened by, wherever that was moved since. */
  entry?: Entry | undefined;
  /** The path at which it was when it was opened. */
  path: string;
}

/** What names and descriptors stand for at this moment. */
export interface Tree {
  /** The number of the sandbox. */
  readonly root: string;
  /** Where the sandbox is, for links with a whole path. */
  readonly rootPath: string;
  /** Undefined for a missing entry, and for every entry of a directory that was removed. */
  child(directory: string, name: string): FoundEntry | undefined;
  /** What `..` leads to. */
  parent(directory: string): string | undefined;
  /** An open file of the client whose call is looked at, by its descriptor; or what a half of a call has found: see halves.ts. */
  openFile(fd: number | string): OpenFile | undefined;
  /** The locks of the kernel that it holds. */
  readonly locks?: Iterable<string>;
  /** What is open can't be renamed, replaced or removed. */
  readonly locksOpenFiles?: boolean;
  /** How a disk keeps what was not synced, where the power may be lost. */
  readonly power?: 'posix' | 'ext4' | undefined;
}

/** The way of the kernel along a path. */
export interface Route {
  /** The entries that were looked up; `..` of a directory counts as one. */
  entries: Entry[];
  /** Directories in which something was looked up: their modes decide whether that is allowed. */
  searched: string[];
  /** The last entry, if all directories on the way are there. It need not exist. */
  entry?: Entry;
  /** What is there. */
  inode?: string;
  kind?: FoundEntry['kind'];
  /** It ends at the entry of a descriptor in `/proc`, which itself is no file of the sandbox. */
  isDescriptor?: true;
  /** It leaves the sandbox. */
  isOutside?: true;
  /** It leads where nothing is known of, like into `/proc` by a link. */
  isUnknown?: true;
}

/** As Linux has it. */
const linksMax = 40;

/**
 * Goes along a path as the kernel does: from entry to entry, through links, and up by `..` from wherever it has come to.
 * @param at the descriptor that the path begins at (`/proc/self/fd/N/...`), or what a half of a call has found: no name of that directory is looked up, so it is
 *   the same one after it was renamed, and a removed one stays empty though its name is given to another
 * @param follows goes through a link at the end, too
 */
export function walk(tree: Tree, path: string, at: number | string | undefined, follows: boolean): Route {
  const route: Route = { entries: [], searched: [] };
  let current: FoundEntry = { inode: tree.root, kind: 'directory' };
  if (at !== undefined) {
    if (path === '' && !follows && typeof at === 'number') return { ...route, isDescriptor: true };
    const file = tree.openFile(at);
    if (!file) return route;
    if (file.inode === undefined) return { ...route, isOutside: true };
    current = { inode: file.inode, kind: file.isDirectory ? 'directory' : 'file' };
    if (file.entry && path === '') route.entry = file.entry;
  }
  const left = segmentsOf(path);
  let mustFollow = follows || path.endsWith('/');
  let links = 0;
  for (let name = left.shift(); name !== undefined; name = left.shift()) {
    delete route.entry;
    if (current.kind !== 'directory') return route;
    const entry = { directory: current.inode, name };
    route.searched.push(current.inode);
    route.entries.push(entry);
    if (name === '..') {
      const parent = current.inode === tree.root ? undefined : tree.parent(current.inode);
      if (parent === undefined) return { ...route, isOutside: true };
      current = { inode: parent, kind: 'directory' };
      continue;
    }
    const child = tree.child(current.inode, name);
    if (!child) return left.length === 0 ? { ...route, entry } : route;
    if (child.kind === 'link' && (left.length > 0 || mustFollow)) {
      const { target = '' } = child;
      if (++links > linksMax || target === '') return route;
      if (target.startsWith('/')) {
        const inside = insideOf(tree.rootPath, target);
        if (inside === undefined)
          return {
            ...route,
            ...(/^\/(proc|dev\/fd)\b/.test(target) ? { isUnknown: true } : { isOutside: true }),
          };
        current = { inode: tree.root, kind: 'directory' };
        left.unshift(...segmentsOf(inside));
      } else left.unshift(...segmentsOf(target));
      if (left.length === 0) route.entry = entry;
      mustFollow = mustFollow || target.endsWith('/');
      continue;
    }
    route.entry = entry;
    current = child;
  }
  return { ...route, inode: current.inode, kind: current.kind };
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter((word) => word !== '' && word !== '.');
}

function insideOf(root: string, place: string): string | undefined {
  if (place === root) return '';
  return place.startsWith(`${root}/`) ? place.slice(root.length + 1) : undefined;
}

/** The directories above one, and itself. */
export function lineage(tree: Tree, directory: string): string[] {
  const line: string[] = [];
  for (let one: string | undefined = directory; one !== undefined && !line.includes(one); ) {
    line.push(one);
    one = one === tree.root ? undefined : tree.parent(one);
  }
  return line;
}
